"""An image of one static program, busybox, as an OCI layout: the eyes and hands of the tests inside a pod."""
import hashlib
import io
import json
import tarfile
from pathlib import Path

NAME = "localhost/natter-probe:dev"


def write(directory, program="/bin/busybox"):
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for place in ("bin", "tmp", "proc"):
            entry = tarfile.TarInfo(place)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(entry)
        entry = tarfile.TarInfo("bin/busybox")
        entry.size, entry.mode = Path(program).stat().st_size, 0o755
        with open(program, "rb") as file:
            tar.addfile(entry, file)
    blobs = Path(directory, "blobs/sha256")
    blobs.mkdir(parents=True)

    def put(content, media_type):
        digest = hashlib.sha256(content).hexdigest()
        (blobs / digest).write_bytes(content)
        return {"mediaType": f"application/vnd.oci.image.{media_type}", "digest": f"sha256:{digest}", "size": len(content)}

    layer = put(archive.getvalue(), "layer.v1.tar")
    config = put(json.dumps({
        "architecture": "amd64", "os": "linux", "config": {"Entrypoint": ["/bin/busybox"]},
        "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]},
    }).encode(), "config.v1+json")
    manifest = put(json.dumps({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config, "layers": [layer],
    }).encode(), "manifest.v1+json")
    names = {"io.containerd.image.name": NAME, "org.opencontainers.image.ref.name": NAME}
    index = {"schemaVersion": 2, "manifests": [{**manifest, "annotations": names}]}
    Path(directory, "index.json").write_text(json.dumps(index))
    Path(directory, "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
