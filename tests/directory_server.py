"""A directory of our own for tests: Debian's slapd, with a few people, on this machine alone."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.services import Missing, folder, free_port, wait_until

BASE = "dc=city,dc=example"
READER, READER_PASSWORD = f"cn=reader,{BASE}", "reads-the-directory"
PASSWORD = "of-the-directory"
PEOPLE = ("ada", "ben", "vic")
SCHEMAS = Path("/etc/ldap/schema")

CONFIGURATION = """
include {schemas}/core.schema
include {schemas}/cosine.schema
include {schemas}/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/pid
TLSCertificateFile {folder}/certificate.pem
TLSCertificateKeyFile {folder}/key.pem
# As many directories are: whoever gives a name and no password counts as nobody, and is let in so.
allow bind_anon_dn
database mdb
suffix "{base}"
rootdn "cn=root,{base}"
directory {folder}/data
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by * none
"""
ENTRY = """
dn: {dn}
objectClass: inetOrgPerson
cn: {name}
sn: {name}
uid: {name}
userPassword: {password}
"""
# What lies there is another server's.
REFERRAL = """
dn: ou=elsewhere,{base}
objectClass: referral
objectClass: extensibleObject
ou: elsewhere
ref: ldap://127.0.0.1:{port}/ou=elsewhere,{base}
"""


@dataclass(frozen=True)
class DirectoryServer:
    """`elsewhere` listens where a referral leads, and answers nobody."""

    elsewhere: socket.socket
    port: int
    tls_port: int
    certificate: Path

    @property
    def url(self) -> str:
        return f"ldap://127.0.0.1:{self.port}"


def find_slapd() -> Path:
    """Debian keeps it off the path of people."""
    found = shutil.which("slapd", path="/usr/sbin:/usr/local/sbin:/usr/local/libexec")
    if found is None or not (SCHEMAS / "core.schema").exists():
        raise Missing("no slapd: install the Debian package slapd")
    return Path(found)


def entries(*, elsewhere: int) -> str:
    root = f"dn: {BASE}\nobjectClass: domain\ndc: city\n"
    reader = ENTRY.format(dn=READER, name="reader", password=READER_PASSWORD)
    people = [ENTRY.format(dn=f"uid={name},{BASE}", name=name, password=PASSWORD) for name in PEOPLE]
    return "".join([root, reader, *people, REFERRAL.format(base=BASE, port=elsewhere)])


def is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def make_certificate(path: Path) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1,IP:127.0.0.2"]
    files = ["-keyout", str(path / "key.pem"), "-out", str(path / "certificate.pem")]
    subprocess.run([*command, *names, *files], check=True, capture_output=True)


@contextmanager
def directory_server() -> Iterator[DirectoryServer]:
    """Yield a running directory server; raise Missing where slapd is not installed."""
    program = find_slapd()
    with folder("pilotzone-directory-") as path, socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.setblocking(False)
        # AppArmor lets the program at its own place into no folder but the system's.
        for name in ("slapd", "slapadd"):
            shutil.copy(program, path / name)
        (path / "data").mkdir()
        make_certificate(path)
        configuration = path / "slapd.conf"
        configuration.write_text(CONFIGURATION.format(schemas=SCHEMAS, folder=path, base=BASE, reader=READER))
        add = [str(path / "slapadd"), "-f", str(configuration)]
        subprocess.run(
            add, input=entries(elsewhere=elsewhere.getsockname()[1]), text=True, check=True, capture_output=True
        )
        server = DirectoryServer(elsewhere, free_port(), free_port(), path / "certificate.pem")
        addresses = f"{server.url}/ ldap://127.0.0.2:{server.port}/ ldaps://127.0.0.1:{server.tls_port}/"
        command = [str(path / "slapd"), "-f", str(configuration), "-h", addresses, "-d", "0"]
        with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
            try:
                # Its pid is there a moment before it listens.
                wait_until(lambda: is_open(server.port) and is_open(server.tls_port), "the start of slapd")
                yield server
            finally:
                process.terminate()
                process.wait(timeout=20)
