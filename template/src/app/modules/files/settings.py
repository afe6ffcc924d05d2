import os
from collections.abc import Iterator
from pathlib import Path
from shlex import quote
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode, SettingsConfigDict

from app.config import ModuleSettings

TYPES = (
    "application/pdf",
    "application/zip",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
    "text/plain",
)


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


class FileSettings(ModuleSettings):
    """Files are stored in S3 or a compatible service with a bucket, otherwise in a folder."""

    model_config = SettingsConfigDict(env_prefix="APP_FILES_")

    folder: Path = Field(
        default=Path(".data/files"),
        description="Where files are kept without a bucket, as a whole path: /var/lib/app/files.",
    )
    bucket: str | None = Field(default=None, description="The S3 bucket where files are kept.")
    region: str = Field(default="us-east-1", description="The bucket's region.")
    endpoint: str | None = Field(
        default=None, description="Of an S3 that is not Amazon's: https://s3.example.com."
    )
    access_key: str | None = Field(
        default=None, description="For S3. Without it, what the machine itself is allowed."
    )
    secret_key: SecretStr | None = Field(default=None, description="For S3.")
    max_bytes: int = Field(
        default=25 * 1024 * 1024, ge=1, description="The largest file, in bytes."
    )
    types: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)] = Field(
        default=TYPES,
        description="What files may be, with commas between: image/png,text/plain.",
    )
    upload_seconds: float = Field(default=600, gt=0, description="Seconds that an upload may take.")
    pause_seconds: float = Field(
        default=30, gt=0, description="Seconds without a byte after which an upload is given up."
    )
    uploads_per_user: int = Field(
        default=5, ge=1, description="Uploads that each person may have running in each process."
    )
    link_minutes: int = Field(
        default=15, ge=1, le=7 * 24 * 60, description="Minutes that a link is good for."
    )

    def production_faults(self) -> Iterator[tuple[str, str]]:
        """Require a bucket, or an absolute folder that a new release does not replace."""
        if self.bucket is not None:
            return
        if "folder" not in self.model_fields_set:
            yield "folder", "must be set in production, or APP_FILES_BUCKET."
        elif not self.folder.is_absolute():
            yield "folder", "must be a whole path in production, from / on."
        elif not self.folder.is_dir():
            yield "folder", f"must be there in production: mkdir -p {quote(str(self.folder))}"
        elif not os.access(self.folder, os.W_OK | os.X_OK):
            yield "folder", f"must be writable for the user id {os.geteuid()} in production."
