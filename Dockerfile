# The gateway as one process, not root, on a read-only root file system. compose.yaml has all of it; by hand:
#   docker build --tag ups-gateway .
#   docker run --rm --volume ups-gateway:/var/lib/ups-gateway ups-gateway init --config /etc/ups-gateway/ups-gateway.yaml
#   docker run --detach --name ups-gateway --hostname localhost --read-only --tmpfs /tmp \
#     --volume ups-gateway:/var/lib/ups-gateway \
#     --publish 127.0.0.1:8080:8080 --publish 127.0.0.1:8081:8081 --publish 127.0.0.1:443:8443 ups-gateway
#   docker exec ups-gateway ups-gateway admin-link       # commands run in the same container, on the same store
# The first line makes the key, once, in the volume; settings of your own go over /etc/ups-gateway/ups-gateway.yaml.
# Inside, the listeners bind to every address of the container (config/container.yaml), or nothing published would reach
# them. It is the 127.0.0.1: in --publish that keeps them on the loopback of the host: never leave it out.
FROM python:3.13.7-slim-bookworm AS build
WORKDIR /build
COPY pyproject.toml README.md LICENSE ./
COPY ups_gateway ups_gateway
COPY systemd systemd
RUN python -m venv --without-pip /opt/ups-gateway && python -m venv /opt/pip
RUN /opt/pip/bin/pip --python /opt/ups-gateway/bin/python install --no-cache-dir .

FROM python:3.13.7-slim-bookworm
RUN rm -rf /usr/local/bin/pip* /usr/local/lib/python3.*/site-packages/pip* /usr/local/lib/python3.*/ensurepip
RUN useradd --system --uid 8082 --home-dir /var/lib/ups-gateway --create-home --shell /usr/sbin/nologin ups-gateway
COPY --from=build /opt/ups-gateway /opt/ups-gateway
COPY config/container.yaml /etc/ups-gateway/ups-gateway.yaml
ENV PATH=/opt/ups-gateway/bin:$PATH STATE_DIRECTORY=/var/lib/ups-gateway
USER ups-gateway
VOLUME /var/lib/ups-gateway
EXPOSE 8080 8081 8443
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8081/healthz', timeout=3)"]
ENTRYPOINT ["ups-gateway"]
CMD ["serve", "--config", "/etc/ups-gateway/ups-gateway.yaml"]
