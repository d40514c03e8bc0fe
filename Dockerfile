# syntax=docker/dockerfile:1

# The same steps as `cargo xtask dist`, on the toolchain that rust-toolchain.toml names.
FROM rust:1.95-bookworm AS build
WORKDIR /build
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,target=/build/target,sharing=locked \
    cargo xtask dist && cp target/dist/watchfire /watchfire && mkdir /data

# glibc and CA certificates (for OTLP over HTTPS), no shell, no package manager.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /watchfire /usr/bin/watchfire
COPY --from=build --chown=65532:65532 /data /var/lib/watchfire
USER 65532
VOLUME /var/lib/watchfire
EXPOSE 3473
# There is no login yet. Inside a container the address must be reachable from outside of it, so publish the port on
# loopback only: docker run -p 127.0.0.1:3473:3473 ...
ENV WATCHFIRE_LISTEN=0.0.0.0:3473 \
    WATCHFIRE_I_KNOW_THERE_IS_NO_LOGIN=true \
    WATCHFIRE_DATA_DIR=/var/lib/watchfire
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["/usr/bin/watchfire", "health"]
ENTRYPOINT ["/usr/bin/watchfire"]
