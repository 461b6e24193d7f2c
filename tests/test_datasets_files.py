"""Data sets from COURSE_DATA_DIR: any number of images, and one sentence for each thing that can be wrong."""

from __future__ import annotations

import pickle
import re
import struct
import warnings
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

from course_utils import load
from course_utils.datasets import files
from course_utils.datasets.images import CIFAR10
from course_utils.errors import CourseError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    inside = tmp_path / "data"
    inside.mkdir()
    monkeypatch.setenv("COURSE_DATA_DIR", str(inside))
    monkeypatch.setenv("COURSE_STATIC", "1")
    return inside


def arrays(train=7, test=3, shape=(28, 28)):
    rng = np.random.default_rng(0)
    return {
        "x_train": rng.integers(0, 256, (train, *shape), dtype=np.uint8),
        "y_train": np.arange(train) % 10,
        "x_test": rng.integers(0, 256, (test, *shape), dtype=np.uint8),
        "y_test": np.arange(test) % 10,
    }


def write_pictures(folder, parts=("train", "test"), classes=CIFAR10.class_names, size=(32, 32)):
    for part in parts:
        for k, name in enumerate(classes):
            (folder / part / name).mkdir(parents=True)
            Image.new("RGB", size, (25 * k, 0, 255)).save(folder / part / name / f"{k}.{'png' if k % 2 else 'jpg'}")
    return folder


def refused(name, *parts):
    """The message of the error, which is one line and names what the parts say."""
    with pytest.raises(CourseError) as caught:
        load(name)
    message = str(caught.value)
    assert "\n" not in message
    for part in parts:
        assert re.search(part, message), message
    return message


@pytest.mark.parametrize(
    ("name", "shape"), [("mnist", (28, 28)), ("fashion_mnist", (28, 28)), ("cifar10", (32, 32, 3))]
)
def test_keras_layout_with_any_number_of_images(folder, name, shape):
    stored = arrays(shape=shape)
    np.savez(folder / f"{name}.npz", **stored)
    data = load(name)
    assert data.name == name and len(data.class_names) == 10
    assert data.image_shape == (*shape, 1)[:3]
    assert data.x_train.dtype == data.x_test.dtype == np.float32
    np.testing.assert_allclose(data.x_train.reshape(-1, *shape) * 255, stored["x_train"], rtol=1e-5)
    np.testing.assert_array_equal(data.y_test, stored["y_test"])
    assert data.y_train.dtype == np.int32


def faces(**changed):
    stored = arrays(shape=(32, 32)) | {"y_train": np.arange(7) % 2, "y_test": np.arange(3) % 2}
    for part, count in (("train", 7), ("test", 3)):
        stored[f"age_{part}"], stored[f"group_{part}"] = np.linspace(20, 80, count), np.arange(count) % 2
    return stored | changed


def test_real_faces_bring_their_attributes(folder):
    np.savez(folder / "real_faces.npz", **faces(group_test=np.array([[1], [0], [1]])))
    data = load("real_faces")
    np.testing.assert_allclose(data.attributes_train["age"], np.linspace(20, 80, 7))
    assert data.attributes_test["group"].tolist() == [1, 0, 1] and data.class_names == ("not smiling", "smiling")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"age_test": np.array([20, 30, 130])}, "age_test has numbers that are not from 0 to 120"),
        ({"age_test": np.array([20, np.nan, 30])}, "age_test has numbers that are not from 0 to 120"),
        ({"group_train": np.zeros(3)}, r"group_train is float64 of shape \(3,\), needed are 7 numbers"),
        ({"group_train": np.array(list("abcdefg"))}, "group_train is <U1"),
        ({"y_test": np.array([0, 1, 2])}, "y_test has labels from 0 to 2, allowed are 0 to 1"),
    ],
)
def test_attributes_that_are_wrong_are_named(folder, changed, said):
    np.savez(folder / "real_faces.npz", **faces(**changed))
    refused("real_faces", said)


def test_without_real_faces_the_drawn_ones_are_used_and_it_is_said_how_to_get_them(folder, monkeypatch, capsys):
    refused("real_faces", "never downloaded", "real_faces.npz with the arrays x_train, .*group_test")
    monkeypatch.setenv("COURSE_PROFILE", "full")
    assert load("faces", full="real_faces", count=20).name == "faces"
    assert "never downloaded" in capsys.readouterr().out
    (folder / "real_faces").mkdir()
    refused("real_faces", "it is a folder, and pictures have no age or group")


def test_labels_in_a_column_are_fine(folder):
    stored = arrays(shape=(32, 32, 3))
    np.savez(folder / "cifar10.npz", **{**stored, "y_train": stored["y_train"][:, None]})
    assert load("cifar10").y_train.shape == (7,)


def test_a_folder_of_pictures(folder):
    write_pictures(folder / "cifar10")
    (folder / "cifar10/train/.ipynb_checkpoints").mkdir()
    data = load("cifar10")
    assert data.x_train.shape == (10, 32 * 32 * 3) and data.image_shape == (32, 32, 3)
    assert sorted(data.y_test) == list(range(10)) and list(data.y_train) != list(range(10))
    red = data.x_train.reshape(-1, 32, 32, 3)[:, 0, 0, 0] * 255
    np.testing.assert_allclose(red, 25 * data.y_train, atol=3)  # JPEG loses a little
    np.testing.assert_array_equal(load("cifar10").y_train, data.y_train)


def truncate(path):
    np.savez(path, **arrays())
    path.write_bytes(path.read_bytes()[:-500])


def flip_bytes(path):
    np.savez(path, **arrays())
    content = bytearray(path.read_bytes())
    content[400:440] = bytes(40)
    path.write_bytes(content)


def error_page(path):
    path.write_text("<html>404 Not Found</html>")


def pickled_inside(path):
    np.savez(path, **{**arrays(), "y_train": np.array([{}] * 7, dtype=object)})


def bare_pickle(path):
    path.write_bytes(pickle.dumps(arrays()))


def save(**changes):
    def damage(path):
        np.savez(path, **{name: array for name, array in {**arrays(), **changes}.items() if array is not None})

    return damage


def members(**changes):
    """An .npz with right checksums whose members are these bytes."""

    def damage(path):
        np.savez(path, **{name: values for name, values in arrays().items() if name not in changes})
        with zipfile.ZipFile(path, "a") as archive:
            for name, content in changes.items():
                archive.writestr(f"{name}.npy", content)

    return damage


def header(shape):
    text = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


def bomb(path):
    np.savez_compressed(path, **arrays() | {"x_train": np.zeros((200_000, 28, 28), np.uint8)})
    assert path.stat().st_size < 10**6


NPZ_CASES = {
    "empty": (lambda path: path.touch(), "is empty"),
    "truncated": (truncate, "truncated or no .npz file"),
    "bytes changed": (flip_bytes, "truncated|damaged"),
    "error page": (error_page, "truncated or no .npz file"),
    "pickled objects": (pickled_inside, "holds pickled objects, which are never opened"),
    "a pickle": (bare_pickle, "truncated or no .npz file"),
    "array missing": (save(y_test=None), "lacks y_test"),
    "wrong size": (
        save(x_train=np.zeros((7, 8, 8), np.uint8)),
        r"x_train is uint8 of shape \(7, 8, 8\), needed .* 28, 28\)",
    ),
    "floats": (save(x_test=np.zeros((3, 28, 28))), "x_test is float64"),
    "no images": (save(x_test=np.zeros((0, 28, 28), np.uint8), y_test=np.zeros(0, int)), r"shape \(0, 28, 28\)"),
    "labels too few": (save(y_train=np.zeros(6, int)), "y_train is int64 .* needed are 7 whole numbers"),
    "labels with a fraction": (save(y_train=np.zeros(7)), "y_train is float64"),
    "labels too high": (save(y_test=np.array([0, 1, 10])), "labels from 0 to 10, allowed are 0 to 9"),
    "labels negative": (save(y_test=np.array([0, 1, -1])), "labels from -1 to 1"),
    "a folder": (lambda path: path.mkdir(), "train: the folder is missing"),
    "no array inside": (members(y_test=b"hello"), "holds something that is no array"),
    "a header without its end": (members(y_test=header("(3,")), "the file is damaged"),
    "a header that claims petabytes": (members(y_test=header("(10**15,)")), "the file is damaged"),
    "petabytes": (members(x_train=header("(1000000000000, 28, 28)")), "the file is damaged|cannot be read"),
    "unpacked too large": (bomb, r"its arrays are larger than 0\.1 GB"),
}


@pytest.mark.parametrize("case", NPZ_CASES)
@pytest.mark.parametrize("profile", ["quick", "full"])
def test_a_damaged_file_is_named_never_used_and_the_next_run_recovers(folder, monkeypatch, case, profile):
    monkeypatch.setenv("COURSE_PROFILE", profile)
    monkeypatch.setattr(files, "LARGEST", 10**8)
    damage, what = NPZ_CASES[case]
    path = folder / "mnist.npz"
    damage(path)
    refused("mnist", re.escape(str(path)), what, r"type load\('mnist'\) again")
    if profile == "full":  # what somebody put there on purpose is not passed over in silence
        with pytest.raises(CourseError, match=what):
            load("digits", full="mnist")
    path.rmdir() if path.is_dir() else path.unlink()
    np.savez(path, **arrays())
    assert len(load("digits", full="mnist").x_test) == {"quick": 360, "full": 3}[profile]


def damage_nothing_but(path):
    path.write_bytes(path.read_bytes()[:200])


def png(width, height):
    """The beginning of a PNG file that claims to be so large."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    checksum = struct.pack(">I", zlib.crc32(head))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + checksum + struct.pack(">I", 9) + b"IDAT"


# A picture of 32×32 that Pillow would let Ghostscript draw.
POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 32 32\n%%EndComments\nshowpage\n"
FOLDER_CASES = {
    "part missing": (lambda root: (root / "test").rename(root / "other"), "test: the folder is missing"),
    "class missing": (
        lambda root: (root / "test/frog").rename(root / "test/.frog"),
        "test: there is no class folder frog",
    ),
    "class unknown": (lambda root: (root / "train/Cats").mkdir(), "Cats is no class; the classes are airplane"),
    "class empty": (lambda root: (root / "train/cat/3.png").unlink(), "cat: there is no .jpg or .png"),
    "picture empty": (lambda root: (root / "train/cat/3.png").write_bytes(b""), "3.png: the file is empty"),
    "jpeg truncated": (lambda root: damage_nothing_but(root / "test/bird/2.jpg"), "2.jpg: the picture is damaged"),
    "png truncated": (
        lambda root: (root / "train/cat/3.png").write_bytes((root / "train/cat/3.png").read_bytes()[:60]),
        "3.png: the picture is damaged",
    ),
    "no picture": (lambda root: (root / "train/cat/3.png").write_text("<html>"), "3.png: the picture is damaged"),
    "wrong size": (
        lambda root: Image.new("RGB", (16, 32)).save(root / "train/cat/3.png"),
        "3.png: the picture is 16×32 pixels, needed are 32×32",
    ),
    "one pixel": (lambda root: Image.new("RGB", (1, 1)).save(root / "train/cat/3.png"), "1×1 pixels, needed are 32×32"),
    "no pixel": (lambda root: (root / "train/cat/3.png").write_bytes(png(0, 0)), "3.png: the picture is damaged"),
    "large": (lambda root: (root / "train/cat/3.png").write_bytes(png(12_000, 12_000)), "12000×12000 pixels, needed"),
    "absurd": (
        lambda root: (root / "train/cat/3.png").write_bytes(png(50_000, 50_000)),
        "3.png: the picture has millions of pixels, needed are 32×32",
    ),
    "another program's": (lambda root: (root / "train/cat/3.png").write_bytes(POSTSCRIPT), "the picture is damaged"),
}


@pytest.mark.parametrize("case", FOLDER_CASES)
def test_a_damaged_folder_is_named(folder, case):
    damage, what = FOLDER_CASES[case]
    damage(write_pictures(folder / "cifar10"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        refused("cifar10", what, r"type load\('cifar10'\) again")


def test_links_that_lead_out_are_refused_and_those_inside_are_not(folder, tmp_path):
    np.savez(tmp_path / "outside.npz", **arrays())
    (folder / "mnist.npz").symlink_to(tmp_path / "outside.npz")
    refused("mnist", "mnist.npz: the link leads out of the folder")
    (tmp_path / "outside.npz").rename(folder / "inside.npz")
    refused("mnist", "the link leads nowhere")
    (folder / "mnist.npz").unlink()
    (folder / "mnist.npz").symlink_to(folder / "inside.npz")
    assert len(load("mnist").x_train) == 7


@pytest.mark.parametrize("linked", ["train/cat/3.png", "train/cat", "test"])
def test_links_out_of_a_folder_of_pictures_are_refused(folder, tmp_path, linked):
    root = write_pictures(folder / "cifar10")
    (root / linked).rename(tmp_path / "outside")
    (root / linked).symlink_to(tmp_path / "outside")
    refused("cifar10", "the link leads out of the folder")


def test_a_link_in_a_circle(folder):
    (folder / "mnist.npz").symlink_to(folder / "mnist.npz")
    refused("mnist", "the link leads nowhere")


def test_data_dir_that_is_no_folder(folder, monkeypatch):
    monkeypatch.setenv("COURSE_DATA_DIR", str(folder / "typo"))
    refused("mnist", "COURSE_DATA_DIR is .*typo', which is no folder")


def test_postscript_is_never_handed_to_another_program(folder, monkeypatch):
    monkeypatch.setattr("PIL.EpsImagePlugin.Ghostscript", lambda *_, **__: pytest.fail("Ghostscript was called"))
    (write_pictures(folder / "cifar10") / "train/cat/3.png").write_bytes(POSTSCRIPT)
    refused("cifar10", "the picture is damaged")


def test_a_data_dir_of_a_user_whom_nobody_knows(monkeypatch):
    monkeypatch.setenv("COURSE_DATA_DIR", "~nobody-of-this-name/data")
    refused("mnist", "COURSE_DATA_DIR is '~nobody-of-this-name/data', which cannot be looked into")


def test_a_data_dir_that_may_not_be_looked_into(folder, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("pathlib.Path.is_dir", refuse)
    refused("mnist", "which cannot be looked into .*Permission denied", "or unset it")


def test_quick_does_not_look_at_the_files(folder):
    (folder / "mnist.npz").touch()
    assert load("digits", full="mnist").name == "digits"


def test_a_wrong_name_for_full_is_found_in_quick_too():
    with pytest.raises(CourseError, match="Did you mean 'mnist'"):
        load("digits", full="mnits")
