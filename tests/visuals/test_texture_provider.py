"""Texture providers: a kind that a test adds gives a scene textures, arrays, weights and a size, on the audio clock."""

import shutil
from typing import ClassVar

import numpy as np
import pytest

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.gl import shader_source
from phosphene.engine.visuals import deck, provider_kinds
from phosphene.engine.visuals.media_names import is_live, media_path
from phosphene.engine.visuals.provider_kinds import SharedProviders, provider_kind
from phosphene.engine.visuals.texture_provider import ProviderKind
from tests.support.scene_renderer import RATE, SMALL, SceneRenderer, analysed, make_look, silence

SHADER = """#version 330 core
/*
about: what a decoder gives
dark: true
*/
uniform sampler2D image;
uniform sampler2D kernel;  // weights 4x2
uniform vec4 latent[3];
uniform float media_aspect;
in vec2 uv;
out vec4 color;
void main() {
    color = vec4(texture(image, uv).r, texelFetch(kernel, ivec2(1, 0), 0).r, latent[2].w, media_aspect);
}
"""


class Decoder:
    """A provider whose image and last number are the seconds of the stream."""

    files, fault = (), None
    opened: ClassVar = []

    def __init__(self, request):
        self.request, self.released, self.resized = request, False, None
        weights = np.arange(32, dtype="f4")
        self.image = request.context.gl.texture((20, 10), 4, dtype="f4")
        self.kernel = request.context.gl.texture((4, 2), 4, weights.tobytes(), dtype="f4")
        self.arrays = {"latent": np.zeros((3, 4), np.float32)}
        self.size = 20, 10
        self.opened.append(self)

    @property
    def textures(self):
        return {"image": self.image, "kernel": self.kernel}

    def ready(self):
        return True

    def update(self, sample):
        seconds = sample / self.request.rate
        self.image.write(np.full((10, 20, 4), seconds, "f4").tobytes())
        self.arrays["latent"][2, 3] = seconds

    def resize(self, size, sample):
        self.resized = size, sample

    def release(self):
        self.released = True
        self.image.release()
        self.kernel.release()


@pytest.fixture
def decoder(tmp_path, monkeypatch):
    """A scene `decoded` and the kind of provider that it takes, which `media: decoder:NAME` opens."""
    copy = tmp_path / "shaders"
    shutil.copytree(str(shader_source.SHADERS), copy)
    (copy / "scene" / "decoded.frag").write_text(SHADER)
    for module in (shader_source, deck):
        monkeypatch.setattr(module, "SHADERS", copy)
    monkeypatch.setattr(Decoder, "opened", [])
    kind = ProviderKind(Decoder, lambda name: None, live=True)
    monkeypatch.setitem(provider_kinds.PROVIDERS, "decoder", kind)
    return kind


@pytest.fixture(scope="module")
def quiet():
    return analysed(silence(2.0))


@pytest.mark.parametrize("fps", [24, 30])
def test_a_scene_takes_textures_arrays_weights_and_the_size_of_the_moment(context, quiet, decoder, fps):
    with SceneRenderer(context, quiet, "decoded", media="decoder:one") as harness:
        for frame in range(fps):
            harness.picture(frame * RATE / fps)
            expected = frame / fps, 4.0, frame / fps, 2.0
            np.testing.assert_allclose(harness.texels("decoded")[3, 5], expected, atol=1e-3)
        harness.renderer.resize((32, 18))
        (provider,) = Decoder.opened
        assert provider.resized == ((32, 18), (fps - 1) * RATE / fps)
        assert provider.request[1:] == ("decoder:one", SMALL, RATE, 0.0, False)
    assert provider.released


@pytest.mark.parametrize(
    "change, error",
    [
        (("vec4 latent[3]", "vec4 latent[4]"), "8: 'vec4 latent[4]' is filled from 'latent', which holds 3 vec4"),
        (("weights 4x2", "weights 4x3"), "7: 'kernel' takes weights of 4x3 (allowed: type f2 or f4), and its texture"),
        (("image", "imago"), "pass 'decoded' feeds 'imago' from 'imago', and there is no such picture before it; "),
    ],
    ids=["array", "weights", "name"],
)
def test_what_a_provider_gives_is_checked_against_the_scene(context, quiet, decoder, tmp_path, change, error):
    file = tmp_path / "shaders" / "scene" / "decoded.frag"
    file.write_text(file.read_text().replace(*change))
    with pytest.raises(PhospheneError) as raised:
        SceneRenderer(context, quiet, "decoded", media="decoder:one")
    (line,) = str(raised.value).splitlines()
    assert line.startswith("shaders/scene/decoded.frag:") and error in line
    assert all(provider.released for provider in Decoder.opened)


def test_an_array_may_not_be_called_like_a_signal(context, quiet, decoder, monkeypatch):
    monkeypatch.setattr(Decoder, "textures", property(lambda self: {"image": self.image}))
    original = Decoder.__init__

    def start(self, request):
        original(self, request)
        self.arrays["mel"] = np.zeros(64, np.float32)

    monkeypatch.setattr(Decoder, "__init__", start)
    with pytest.raises(PhospheneError, match=r"^media: decoder:one: gives an array 'mel', as a signal is called$"):
        SceneRenderer(context, quiet, "decoded", media="decoder:one")
    assert Decoder.opened[0].released


def test_a_scene_that_takes_nothing_of_it_does_not_open_a_provider(context, quiet, decoder):
    with SceneRenderer(context, quiet, "flash", media="decoder:one") as harness:
        harness.picture(0.0)
    assert not Decoder.opened


def test_a_live_provider_is_shared_and_released_by_the_last_deck(context, quiet, decoder):
    cut = {"kind": "cut", "seconds": 0.0, "start": "now"}
    with SceneRenderer(context, quiet, "decoded", media="decoder:one") as harness:
        harness.picture(0.0)
        for serial, name in enumerate(("decoder:one", "decoder:two"), start=1):
            harness.renderer.show(make_look("decoded", serial=serial, media=name, transition=cut))
            harness.picture(serial * 3_000.0), harness.picture(serial * 3_000.0 + 1_600.0)
            assert harness.renderer.settled == serial and not harness.renderer.fault
            assert len(Decoder.opened) == serial
        assert [provider.released for provider in Decoder.opened] == [True, False]
    assert all(provider.released for provider in Decoder.opened)


def test_one_that_is_not_live_is_opened_for_each_deck(context, decoder, monkeypatch):
    monkeypatch.setitem(provider_kinds.PROVIDERS, "decoder", decoder._replace(live=False))
    providers = SharedProviders(context, RATE)
    one, other = (providers.acquire("decoder:one", SMALL, sample=0.0, threaded=True) for _ in range(2))
    assert isinstance(one, Decoder) and isinstance(other, Decoder) and one is not other
    providers.release(one)
    assert one.released and not other.released
    providers.release(other)
    assert other.released and not providers.users


def test_names_of_media_find_their_kind(decoder):
    assert provider_kind("decoder:one") is provider_kind("decoder") is decoder
    for name in ("film.mp4", "C:/film.mp4", "decoder.mp4", "cameras"):
        assert provider_kind(name) is provider_kinds.FILE and not is_live(name)
    assert media_path("shows/a.yaml", "film.mp4") == "shows/film.mp4"
    assert media_path("shows/a.yaml", "decoder:one") == "decoder:one"


def test_the_textures_of_a_scene_without_media_are_black(context, quiet):
    with SceneRenderer(context, quiet, "photo") as harness:
        harness.picture(0.0)
        assert harness.renderer.textures["media"]().read() == bytes(4)
