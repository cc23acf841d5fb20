# The daemon as one file on the official Node base. Every step is an npm command that also runs outside of Docker (see package.json).
FROM node:26-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY src ./src
COPY tools ./tools
COPY agents ./agents
RUN npm run build

# The compiler of policies, from pinned sources: go.sum holds the checksum of every module, the same for each architecture. Tests use the same build.
FROM golang:1.26 AS opa
WORKDIR /build
COPY test/control-plane/modules/opa/go.mod test/control-plane/modules/opa/go.sum ./
RUN CGO_ENABLED=0 go build -mod=readonly -trimpath -ldflags "-s -w" -o /build/opa github.com/open-policy-agent/opa

FROM node:26-slim
ENV NODE_ENV=production
# The C library keeps what the start has freed, and more of it for each thread: 15 MiB that nobody needs again.
ENV MALLOC_ARENA_MAX=1 MALLOC_TRIM_THRESHOLD_=131072
WORKDIR /app
COPY --from=build /build/dist/k8s-monitor.mjs /app/k8s-monitor.mjs
COPY --from=build /build/dist/k8s-monitor.mjs.map /app/k8s-monitor.mjs.map
COPY --from=opa /build/opa /usr/local/bin/opa
USER 65532:65532
EXPOSE 9090
# A small young generation: what is read from the API server is thrown away item by item, and need not pile up first.
# Without --enable-source-maps, which costs 115 MiB and most of the start; stacks name the functions, and the map lies beside the file.
ENTRYPOINT ["node", "--max-old-space-size=320", "--max-semi-space-size=2", "/app/k8s-monitor.mjs"]
