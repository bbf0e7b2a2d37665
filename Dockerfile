FROM node:22-bookworm-slim AS pages
WORKDIR /srv/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web ./
COPY tests/architecture/openapi.json ../tests/architecture/openapi.json
RUN npm run api && npm run build

FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /srv/wangge
# The libraries first: this layer is rebuilt only when the lock file changes.
COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock
COPY app ./app
COPY migrations ./migrations
COPY pyproject.toml README.md ./
COPY --from=pages /srv/web/dist ./web/dist
# Editable, because migrations/ lies beside app/ and is found from there; both stages use the same folder.
RUN pip install --no-deps -e . && python -m compileall -q app migrations

FROM python:3.11-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 WANGGE_DATA_DIR=/data
# A Chinese font: office papers and sign boards are printed with it.
RUN apt-get -qq update && apt-get -qq install -y --no-install-recommends fontconfig fonts-wqy-microhei \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home --home-dir /data wangge \
    && install -d -m 0700 -o wangge -g wangge /data
# Owned by root: the service may not change its own code.
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/wangge /srv/wangge
WORKDIR /srv/wangge
USER wangge
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=4s --start-period=20s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
ENTRYPOINT ["wangge"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
