# The gateway as one process, not root, on a read-only root file system:
#   docker build -t ups-gateway .
#   docker run --rm -v ups-gateway:/var/lib/ups-gateway ups-gateway init    # once: the key, kept in the volume
#   docker run --read-only -v ups-gateway:/var/lib/ups-gateway -v ./ups-gateway.yaml:/etc/ups-gateway/ups-gateway.yaml:ro \
#     -p 127.0.0.1:8080:8080 -p 127.0.0.1:8081:8081 --name ups-gateway ups-gateway
#   docker exec ups-gateway ups-gateway admin-link       # commands run in the same container, on the same store
# Inside a container the listeners must bind to 0.0.0.0 (listen.insecure_lan: true); it is the -p 127.0.0.1: above that
# keeps them on the loopback of the host.
FROM python:3.13-slim AS build
WORKDIR /build
COPY pyproject.toml README.md LICENSE ./
COPY ups_gateway ups_gateway
RUN python -m venv /opt/ups-gateway && /opt/ups-gateway/bin/pip install --no-cache-dir .

FROM python:3.13-slim
RUN useradd --system --home-dir /var/lib/ups-gateway --create-home ups-gateway
COPY --from=build /opt/ups-gateway /opt/ups-gateway
ENV PATH=/opt/ups-gateway/bin:$PATH STATE_DIRECTORY=/var/lib/ups-gateway
USER ups-gateway
VOLUME /var/lib/ups-gateway
EXPOSE 8080 8081
HEALTHCHECK CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8081/healthz', timeout=3)"]
ENTRYPOINT ["ups-gateway"]
CMD ["serve", "--config", "/etc/ups-gateway/ups-gateway.yaml"]
