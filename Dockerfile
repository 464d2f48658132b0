FROM python:3.11-slim-bookworm
RUN apt-get update && apt-get install --yes --no-install-recommends libgl1 libglib2.0-0 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY . .
RUN pip install --no-cache-dir . && useradd --create-home passerby && mkdir /data && chown passerby /data
USER passerby
VOLUME /data
CMD ["passerby", "--help"]
