"""Certificates of the run's TLS port, which are exchanged while it is attacked."""
import shutil
import ssl
import subprocess

NAMES = ("first", "second", "third")


def trusting():
    """A client's context that takes any certificate: they change all the time."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Certificates:
    """Three self-signed ones; `certificate` and `key` are the files that the pool reads."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        for name in NAMES:
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                            "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                            f"/CN={name}", "-out", folder / f"{name}.pem", "-keyout",
                            folder / f"{name}.key"], check=True, capture_output=True)
        self.certificate, self.key = folder / "pool.pem", folder / "pool.key"
        self.place(NAMES[0])

    def place(self, name):
        shutil.copy(self.folder / f"{name}.pem", self.certificate)
        shutil.copy(self.folder / f"{name}.key", self.key)

    def spoil(self, dice):
        """No certificate, or one that the key is not of: the pool must keep what it has."""
        if dice.random() < 0.5:
            self.certificate.write_bytes(dice.randbytes(1000))
        else:
            self.place(NAMES[0])
            shutil.copy(self.folder / f"{NAMES[1]}.key", self.key)

    def newest_is_shown(self, port):
        """Whether a new connection gets what is placed now."""
        shown = ssl.get_server_certificate(("127.0.0.1", port), timeout=30)
        return ssl.PEM_cert_to_DER_cert(shown) == \
            ssl.PEM_cert_to_DER_cert(self.certificate.read_text())
