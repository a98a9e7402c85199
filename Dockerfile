# Two stages: the first installs the locked libraries, the second carries only what runs. Runs as a plain user.
# docker build --build-arg OCR=1 adds what reads photos of business cards (360 MB), in an environment of its own.
FROM python:3.13-slim AS build
WORKDIR /build
COPY requirements.serve.lock .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements.serve.lock
ARG OCR=0
COPY requirements.ocr.lock .
RUN mkdir /ocr && if [ "$OCR" = 1 ]; then \
    python -m venv /ocr && /ocr/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements.ocr.lock; fi

FROM python:3.13-slim
# Quotes are set in a Chinese font.
RUN apt-get update && apt-get install --yes --no-install-recommends fonts-noto-cjk fontconfig \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 10001 leadbot && mkdir /data && chown leadbot /data
COPY --from=build /venv /venv
COPY --from=build /ocr /ocr
WORKDIR /app
COPY bot bot
COPY config config
COPY leads leads
COPY nurture nurture
COPY reports reports
COPY sla sla
COPY store store
ENV PATH=/venv/bin:$PATH LEADBOT_OCR_PYTHON=/ocr/bin/python PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER leadbot
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/readyz', timeout=2)"]
# A company's folder is mounted at /data; make one with: docker run --rm -v leadbot:/data IMAGE init /data/company
ENTRYPOINT ["python", "-m", "bot"]
CMD ["serve", "/data/company"]
