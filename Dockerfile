# Elsewhere than at Docker's: the same images of a registry in reach, as --build-arg PYTHON_IMAGE=… NODE_IMAGE=….
ARG NODE_IMAGE=node:24-slim
ARG PYTHON_IMAGE=python:3.13-slim
# With single sign-on: requirements-oidc.txt, or requirements-ldap.txt, which has a package that is built here.
ARG REQUIREMENTS=requirements.txt

FROM ${NODE_IMAGE} AS charts
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY frontend/plotly.js frontend/
RUN npm run --silent bundle

FROM ${PYTHON_IMAGE} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PATH=/opt/venv/bin:$PATH
RUN python -m venv /opt/venv
ARG REQUIREMENTS
RUN if [ "$REQUIREMENTS" = requirements-ldap.txt ]; then apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev libldap-dev libsasl2-dev; fi
COPY requirements*.txt /tmp/
RUN pip install --require-hashes -r "/tmp/$REQUIREMENTS"
WORKDIR /app
COPY . .
COPY --from=charts /app/frontend/built frontend/built
# The key that this command makes stays out of the image that runs.
RUN python -m babel.messages.frontend --quiet compile -d locale -D django \
    && PILOTZONE_DATA_DIR=/tmp/build python manage.py collectstatic --no-input \
    && python -m whitenoise.compress --quiet staticfiles \
    && python -m compileall -q .

FROM ${PYTHON_IMAGE}
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PILOTZONE_DATA_DIR=/data
# glibc's own first values. Set, they do not grow with the longest answer, whose memory each worker would then keep.
ENV MALLOC_TRIM_THRESHOLD_=131072 MALLOC_MMAP_THRESHOLD_=131072
# For `manage.py backup` and `restore`: of the version of the server in docker-compose.yml.
ARG REQUIREMENTS
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client-17 \
    && if [ "$REQUIREMENTS" = requirements-ldap.txt ]; then \
    apt-get install --yes --no-install-recommends libldap2 libsasl2-2; fi \
    && rm -r /var/lib/apt/lists/*
ARG COMMIT=unknown
RUN useradd --system --uid 10001 --no-create-home pilotzone \
    && install -d -o pilotzone -g pilotzone -m 0700 /data /backups
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
RUN echo "$COMMIT" > COMMIT
USER pilotzone
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "-c", "pilotzone/gunicorn.py", "pilotzone.wsgi"]
