# One image for the nodes and for what has to be done once before they start. compose.yaml says how they belong together.
FROM oven/bun:1.4.5-slim AS packages
WORKDIR /app
COPY package.json bun.lock ./
RUN bun install --frozen-lockfile --production

FROM oven/bun:1.4.5-slim AS build
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json bun.lock tsconfig.json ./
COPY server server
COPY scripts scripts
COPY web web
RUN bun scripts/build.ts

FROM oven/bun:1.4.5-slim
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/web/dist web/dist
COPY package.json tsconfig.json ./
COPY server server
COPY drizzle drizzle
COPY scripts scripts
# A volume that is mounted here for the first time takes owner and mode along.
RUN install -d -o bun -g bun -m 700 /data /data/balancer
USER bun
ENV DATA_DIR=/data NODE_ENV=production
EXPOSE 5000
CMD ["bun", "server/main.ts"]
