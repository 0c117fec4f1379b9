"""Downloading, from a server of our own: nothing half-written is ever loaded, and every failure says what to do."""

from __future__ import annotations

import hashlib
import io
import logging
import os
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import minigrad
from minigrad.hub import get_dir, load_state_dict_from_url


def checkpoint(value: float, numel: int = 50_000) -> bytes:
    file = io.BytesIO()
    minigrad.save({"x": minigrad.full((numel,), value)}, file)
    return file.getvalue()


WHOLE = checkpoint(1.0)
NAME = f"model-{hashlib.sha256(WHOLE).hexdigest()[:8]}.pth"


class Server:
    """Answers each request with `content`, or, as `answers` say in turn, with half of it or with a status."""

    def __init__(self) -> None:
        self.content = WHOLE
        self.answers: list[object] = []
        self.requests = 0
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.requests += 1
                answer = server.answers.pop(0) if server.answers else None
                if isinstance(answer, int) and answer >= 400 and answer < 600:
                    self.send_error(answer)
                    return
                sends_length = answer != "no length"
                self.send_response(200)
                if sends_length:
                    self.send_header("Content-Length", str(len(server.content)))
                self.end_headers()
                half = server.content[: len(server.content) // 2]
                self.wfile.write(half if answer in ("cut", "no length") else server.content)

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def url(self, name: str = NAME) -> str:
        return f"http://127.0.0.1:{self.http.server_address[1]}/models/{name}"

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


@pytest.fixture
def server(tmp_path, monkeypatch) -> Iterator[Server]:
    monkeypatch.setenv("MINIGRAD_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("time.sleep", lambda seconds: None)  # Pooch waits between two tries
    logging.getLogger("pooch").setLevel("WARNING")
    found = Server()
    yield found
    found.close()


def kept() -> list[str]:
    folder = Path(get_dir()) / "checkpoints"
    return sorted(os.listdir(folder)) if folder.is_dir() else []


def load(server: Server, name: str = NAME, **options: object) -> object:
    return load_state_dict_from_url(server.url(name), check_hash=True, **{"progress": False, **options})["x"][0].item()


# ------------------------------------------------------------ it comes
def test_a_download_is_kept(server):
    assert load(server) == 1 and kept() == [NAME]
    assert load(server) == 1 and server.requests == 1


def test_the_folder_is_the_users_own(monkeypatch, tmp_path):
    monkeypatch.setenv("MINIGRAD_HOME", str(tmp_path))
    assert get_dir() == str(tmp_path)
    monkeypatch.delenv("MINIGRAD_HOME")
    assert Path(get_dir()).name == "minigrad" and str(Path.home()) in get_dir()


def test_another_folder_and_name(server, tmp_path):
    assert load(server, model_dir=tmp_path / "mine", file_name="other.pth") == 1
    assert os.listdir(tmp_path / "mine") == ["other.pth"] and kept() == []


@pytest.mark.parametrize("progress", [True, False])
def test_progress(server, capfd, progress):
    load(server, progress=progress)
    assert ("100%" in capfd.readouterr().err) is progress


def test_map_location(server):
    found = load_state_dict_from_url(server.url(), progress=False, map_location={"cpu": "cpu"})
    assert str(found["x"].device) == "cpu"


# ------------------------------------------------------------ it does not come
@pytest.mark.parametrize("failure", ["cut", 503])
def test_what_is_cut_is_started_again(server, failure):
    server.answers = [failure, failure]
    assert load(server) == 1 and server.requests == 3 and kept() == [NAME]


@pytest.mark.parametrize("failure", ["cut", 404])
def test_what_never_comes_says_how_to_get_it_by_hand(server, failure):
    server.answers = [failure] * 9
    with pytest.raises(ConnectionError) as raised:
        load(server)
    message = str(raised.value)
    assert message.startswith(f"could not download {NAME} (") and server.requests == 3
    assert f"download {server.url()} (in a browser" in message
    assert f"put it at {Path(get_dir()) / 'checkpoints' / NAME}" in message and f"weights='{NAME}'" in message
    assert kept() == []


def test_no_server(server):
    url = server.url()
    server.close()
    with pytest.raises(ConnectionError, match=r"could not download .* You can get the file by hand"):
        load_state_dict_from_url(url, progress=False)
    assert kept() == []
    server.__init__()


def test_a_file_got_by_hand_is_used(server):
    folder = Path(get_dir()) / "checkpoints"
    folder.mkdir(parents=True)
    (folder / NAME).write_bytes(WHOLE)
    assert load(server) == 1 and server.requests == 0


@pytest.mark.parametrize("answer", [None, "no length"])
def test_a_wrong_hash(server, answer):
    """What came is not what the name says: another file, or a part whose length nobody told."""
    if answer is None:
        server.content = checkpoint(2.0)
    server.answers = [answer]
    with pytest.raises(RuntimeError, match=rf'invalid hash value \(expected "{NAME[6:14]}", got "[0-9a-f]{{64}}"\)'):
        load(server)
    assert kept() == [] and server.requests == 1
    server.content = WHOLE
    assert load(server) == 1


def test_a_kept_file_with_a_wrong_hash_is_downloaded_again(server):
    folder = Path(get_dir()) / "checkpoints"
    folder.mkdir(parents=True)
    (folder / NAME).write_bytes(WHOLE[:1000])
    with pytest.warns(UserWarning, match="has not the hash that its name says: it may be cut short"):
        assert load(server) == 1
    assert kept() == [NAME] and (folder / NAME).read_bytes() == WHOLE


def test_a_name_without_a_hash_is_not_checked(server):
    server.content = checkpoint(2.0)
    assert load(server, "model.pth") == 2


def test_interrupted(server, monkeypatch):
    """Ctrl-C in the middle leaves nothing behind."""
    import pooch

    def interrupt(self, url, output, cache):
        Path(output).write_bytes(WHOLE[:1000])
        assert len(kept()) == 1 and kept() != [NAME]  # it is beside the place where it will be
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pooch.HTTPDownloader, "__call__", interrupt)
        with pytest.raises(KeyboardInterrupt):
            load(server)
    assert kept() == []
    assert load(server) == 1


@pytest.mark.parametrize("blocked", ["home", "home/checkpoints"])
def test_a_folder_that_cannot_be_written(server, tmp_path, blocked):
    (tmp_path / blocked).parent.mkdir(exist_ok=True)
    (tmp_path / blocked).write_text("a file where the folder should be")
    with pytest.raises(OSError, match=r"cannot write to the folder of downloads, .*MINIGRAD_HOME to a folder"):
        load(server)
    assert server.requests == 0


def test_a_folder_without_the_right_to_write(server, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pooch.core.make_local_storage", refuse)
    with pytest.raises(PermissionError, match=r"\(Permission denied\). Set the environment variable MINIGRAD_HOME"):
        load(server)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.optional
def test_a_folder_that_is_read_only(server, tmp_path):
    (tmp_path / "home").mkdir(mode=0o500)
    with pytest.raises(PermissionError, match="MINIGRAD_HOME"):
        load(server)


def test_a_full_disk(server, monkeypatch):
    import pooch

    def full(self, url, output, cache):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", full)
    with pytest.raises(OSError, match="No space left on device"):
        load(server)
    assert kept() == []


def test_a_kept_file_needs_neither_pooch_nor_network(server, monkeypatch):
    load(server)
    monkeypatch.setitem(sys.modules, "pooch", None)
    assert load(server) == 1
    with pytest.raises(ImportError, match="pip install pooch tqdm"):
        load(server, "other.pth")


def test_what_comes_is_read_without_running_it(server):
    import pickle

    class Evil:
        def __reduce__(self):
            return exec, ("raise SystemExit",)

    server.content = pickle.dumps(Evil())
    with pytest.raises(pickle.UnpicklingError, match=r"GLOBAL builtins\.exec"):
        load(server, "model.pth")
