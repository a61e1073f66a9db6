-- A year by the latest entry and by the clock of the database: neither a date in the future nor a clock alone lets others go.
CREATE OR REPLACE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'DELETE' THEN
		IF OLD.at <= least((SELECT max(at) FROM audit), floor(extract(epoch FROM now()) * 1000)::bigint) - 365 * 86400000::bigint THEN
			RETURN OLD;
		END IF;
	END IF;
	RAISE EXCEPTION 'audit entries stay as they are, for a year';
END $$;
