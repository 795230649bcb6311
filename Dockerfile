# syntax=docker/dockerfile:1

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
# What `server version` says; without it, "dev".
ARG VERSION=
# No cgo, so the binaries are static and need nothing of a base image.
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -mod=readonly -trimpath -ldflags="-s -w -X gatehouse/internal/app.Version=${VERSION}" -o /out/usr/local/bin/ ./cmd/server ./cmd/worker
# What they do read: certificates of mail servers and webhooks, time zones, a
# place for temporary files, and a name for their own user id.
RUN mkdir -p /out/etc/ssl/certs /out/usr/share /out/licenses /empty \
 && install -d -m 1777 /out/tmp \
 && cp /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/ \
 && install -D -m 0644 /usr/local/go/lib/time/zoneinfo.zip /out/usr/share/zoneinfo.zip \
 && cp LICENSE /out/licenses/ \
 && echo 'gatehouse:x:65532:65532::/data:/sbin/nologin' > /out/etc/passwd

FROM scratch
COPY --from=build /out/ /
COPY --from=build --chown=65532:65532 /empty /data
USER 65532:65532
ENV ZONEINFO=/usr/share/zoneinfo.zip \
    GATEHOUSE_ADDR=0.0.0.0:8080 \
    GATEHOUSE_DATA_DIR=/data
WORKDIR /data
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/server"]
