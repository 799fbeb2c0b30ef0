# One image for every part of the suite: `docker run clayette:dev run payments`.
FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

# The package index is the build environment's: its pip.conf, or --build-arg PIP_INDEX_URL=...
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL

# Changes seldom, takes longest: first.
COPY requirements.txt /tmp/
RUN pip install --require-hashes --only-binary :all: -r /tmp/requirements.txt

RUN useradd --uid 10001 --user-group --create-home --home-dir /var/lib/clayette clayette \
 && install -d -o clayette -g clayette /var/lib/clayette/clock /var/lib/clayette/sandbox

WORKDIR /srv/clayette
COPY pyproject.toml ./
COPY clayette/ clayette/
COPY sandbox/ sandbox/
COPY gateway/ gateway/
COPY services/ services/
COPY shared/ shared/
RUN python -m compileall -q .

USER clayette
ENTRYPOINT ["python", "-m", "clayette"]
CMD ["--help"]
