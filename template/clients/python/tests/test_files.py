from io import BytesIO

from api_client import ok
from api_client.generated.api.files import files_download, files_upload
from api_client.generated.types import File
from server import owner


class TestFile:
    def test_is_uploaded_and_downloaded(self) -> None:
        client = owner().api
        body = File(payload=BytesIO(b"all is well"))

        file = ok(files_upload.sync(client=client, name="report.txt", body=body))

        content = ok(files_download.sync(client=client, file_id=file.id))
        assert content.payload.read() == b"all is well"
