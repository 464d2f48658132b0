# One image for every process of a site; CPU only. For a GPU build with --build-arg TORCH=https://download.pytorch.org/whl/cu128
FROM python:3.11-slim-bookworm
ARG TORCH=https://download.pytorch.org/whl/cpu
RUN apt-get update && apt-get install --yes --no-install-recommends libgl1 libglib2.0-0 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
RUN pip install --no-cache-dir --index-url "$TORCH" torch torchvision
COPY . .
RUN pip install --no-cache-dir '.[cluster]' && useradd --create-home passerby && install --directory --owner passerby /data
USER passerby
ENV PASSERBY_CACHE=/data/networks
VOLUME /data
EXPOSE 8000
CMD ["passerby", "up", "--host", "0.0.0.0"]
