"""The Hugging Face hub, or what HF_ENDPOINT names in its place; the only import of huggingface_hub.

Takes its session, token and errors, but reads files itself, over plain HTTP: hf_hub_download throws
away what it has when a connection breaks, and its xet protocol talks to other hosts than the
endpoint, which a mirror does not have. The hub serves every file in both ways.
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from index.errors import ModelError
from index.model_folder import reason

ENDPOINT_VARIABLE = "HF_ENDPOINT"
_ENDPOINT = "https://huggingface.co"
_WAITS = (1.0, 2.0, 4.0, 8.0)
"""Seconds to wait after the first, second, ... failure in a row; after the last it is given up."""
_TIMEOUT = 20.0
"""Seconds without a byte after which a connection counts as broken."""
_PASSING = {408, 429, 500, 502, 503, 504}
"""What a server answers that may answer otherwise in a moment."""
_NOT_ALLOWED = {401, 403}
_RANGE_WRONG = 416
_WHOLE = 200

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Remote:
    """A file on the hub. `git` is the SHA-1 of its git blob; None stands for what is not stated."""

    name: str
    bytes: int | None
    sha256: str | None
    git: str | None


class Hub:
    """One repository on the hub. Methods raise ModelError, with what to do, for all that fails."""

    def __init__(self, repository: str) -> None:
        endpoint = _endpoint()
        # Imported here: only who fetches a model needs it, and it stumbles over a wrong endpoint.
        from huggingface_hub import HfApi, constants

        # Otherwise it says what else is installed, and asks the hub for a list by which to tell
        # what has started it. Its own variable counts only until it is imported.
        constants.HF_HUB_DISABLE_TELEMETRY = True
        self.repository = repository
        self._api = HfApi(endpoint=endpoint, library_name="khabar")
        self._reached = False

    @property
    def address(self) -> str:
        """The hub's address, as it may be shown: without the password that it may hold."""
        return re.sub(r"//[^/]*@", "//", self._api.endpoint)

    def listing(self, revision: str | None) -> tuple[str, dict[str, Remote]]:
        """Ask which commit a revision is (None: the newest), and what files it has, by name."""
        from huggingface_hub.errors import HFValidationError

        with self._explained(f"revision {revision}"):
            try:
                info = self._patiently(
                    lambda: self._api.model_info(
                        self.repository, revision=revision, files_metadata=True, timeout=_TIMEOUT
                    )
                )
                files = {
                    file.rfilename: Remote(
                        file.rfilename,
                        file.lfs.size if file.lfs else file.size,
                        file.lfs.sha256 if file.lfs else None,
                        None if file.lfs else file.blob_id,
                    )
                    for file in info.siblings or ()
                }
                commit = str(info.sha)
                # It is going to be the name of a folder.
                if not re.fullmatch("[0-9a-f]{40}", commit):
                    raise ValueError
            except (HFValidationError, UnicodeEncodeError):
                raise
            except (ValueError, LookupError, TypeError, AttributeError) as error:
                raise ModelError(
                    f"{self.address} does not list the files of {self.repository} as the hub does; "
                    f"look at {ENDPOINT_VARIABLE}, or at what is between you and the hub."
                ) from error
        self._reached = True
        return commit, files

    def read(self, file: Remote, commit: str, part: Path, advance: Callable[[int], None]) -> None:
        """Read a file to its end, from where `part` ends.

        `advance` is called with the bytes that came, and with fewer than none if it had to start
        over. A file that goes on beyond its size is read no further.
        """
        with self._explained(file.name):
            self._patiently(lambda: self._read(file, commit, part, advance), lambda: _size(part))

    def _read(self, file: Remote, commit: str, part: Path, advance: Callable[[int], None]) -> None:
        from httpx2 import RemoteProtocolError
        from huggingface_hub import hf_hub_url
        from huggingface_hub.utils import (  # type: ignore[attr-defined]  # it loads them lazily
            build_hf_headers,
            get_session,
            hf_raise_for_status,
        )

        with part.open("ab") as output:

            def start_over() -> int:
                advance(-output.tell())
                output.truncate(0)
                return output.seek(0)

            have = output.tell()
            if file.bytes is None or have > file.bytes:
                have = start_over()
            if have == file.bytes:
                return
            url = hf_hub_url(
                self.repository, file.name, revision=commit, endpoint=self._api.endpoint
            )
            headers = build_hf_headers(library_name=self._api.library_name)
            headers["Accept-Encoding"] = "identity"  # for places in what comes count file bytes
            if have:
                headers["Range"] = f"bytes={have}-"
            with get_session().stream("GET", url, headers=headers, timeout=_TIMEOUT) as response:
                if not (have and response.status_code == _RANGE_WRONG):
                    hf_raise_for_status(response)
                first, _, _ = response.headers.get("Content-Range", "").partition("-")
                if have and first != f"bytes {have}":
                    have = start_over()
                    if response.status_code != _WHOLE:
                        raise RemoteProtocolError("what came was not what was asked for")
                for block in response.iter_bytes():
                    output.write(block)
                    advance(len(block))
                    have += len(block)
                    if file.bytes is not None and have > file.bytes:
                        return
        if file.bytes is not None and have < file.bytes:
            raise RemoteProtocolError(f"{have:,} of {file.bytes:,} bytes came")

    def _patiently(
        self, attempt: Callable[[], Result], size: Callable[[], int] = lambda: 0
    ) -> Result:
        """Try again after a failure that may pass, until nothing more comes several times over."""
        from httpx2 import TransportError
        from huggingface_hub.errors import HfHubHTTPError

        failures, most = 0, size()
        while True:
            try:
                return attempt()
            except (TransportError, HfHubHTTPError) as error:
                now = size()
                failures = 1 if now > most else failures + 1
                most = max(now, most)
                if failures > len(_WAITS) or not self._may_pass(error):
                    raise
            time.sleep(_WAITS[failures - 1])

    def _may_pass(self, error: Exception) -> bool:
        import httpx2
        from huggingface_hub.errors import HfHubHTTPError

        if isinstance(error, HfHubHTTPError):
            return error.response.status_code in _PASSING
        if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout):
            return self._reached  # where there is no network, that is said at once
        return not isinstance(error, httpx2.LocalProtocolError)

    @contextmanager
    def _explained(self, wanted: str) -> Iterator[None]:
        """Turn what huggingface_hub and its HTTP client raise into one sentence each."""
        import httpx2
        from huggingface_hub import errors

        where = f"{self.address}/{self.repository}"
        try:
            yield
        except errors.OfflineModeIsEnabled as error:
            raise ModelError(
                "Nothing can be fetched while HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE is set; unset "
                "it, or fetch the file elsewhere and add it with: qa models add PATH"
            ) from error
        except errors.GatedRepoError as error:
            raise ModelError(
                f"{self.repository} wants its terms accepted first: do that at {where}, then say "
                f"who you are with: hf auth login, or with a token from {self.address}"
                "/settings/tokens in HF_TOKEN, and fetch again."
            ) from error
        except errors.RevisionNotFoundError as error:
            raise ModelError(f"{where} has no {wanted}; look at its line in models.txt.") from error
        except (errors.RepositoryNotFoundError, errors.HFValidationError) as error:
            raise ModelError(
                f"There is no repository {self.repository} at {self.address}, or it is not open to "
                "you; look at its line in models.txt."
            ) from error
        except errors.RemoteEntryNotFoundError as error:
            raise ModelError(
                f"{where} has no file {wanted}; look at its line in models.txt."
            ) from error
        except errors.HfHubHTTPError as error:
            code = error.response.status_code
            what = "fetch again later"
            if code in _NOT_ALLOWED:
                what = "look at the token in HF_TOKEN or of hf auth login"
            raise ModelError(f"{self.address} refuses {wanted} (HTTP {code}); {what}.") from error
        except (httpx2.LocalProtocolError, UnicodeEncodeError) as error:
            # Not with the reason: that would show the token.
            raise ModelError("The token in HF_TOKEN has characters that no token has.") from error
        except httpx2.HTTPError as error:
            why = reason(error)
            if self._reached:
                raise ModelError(
                    f"The connection to {self.address} broke off ({why}); what has come is kept, "
                    "and the same command goes on from there."
                ) from error
            raise ModelError(
                f"{self.address} cannot be reached ({why}); fetching a model needs the network."
            ) from error


def _endpoint() -> str:
    endpoint = (os.environ.get(ENDPOINT_VARIABLE) or _ENDPOINT).rstrip("/")
    try:
        parts = urlsplit(endpoint)
        right = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a bracket or a port that is none
        right = False
    if not right:
        raise ModelError(f"{ENDPOINT_VARIABLE} is not the address of a hub: {endpoint[:200]}")
    return endpoint


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
