// projectM offscreen. projectm WIDTH HEIGHT SOUND, the sound as stereo float32 of 48 kHz.
//
// Each line that comes is the path of a preset: FRAMES pictures of it are drawn, each waited for by reading a pixel
// back. A line goes out: the seconds and the processor's seconds of each picture, then the mean light of the last one
// and how far it is from the one in the middle, both of 255.
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <libprojectM/projectM.hpp>
#include <vector>

const int WARM = 10, FRAMES = 60, STEP = 48000 / 30, FED = 512;

static void fail(const char *what) {
    std::fprintf(stderr, "projectm: %s\n", what);
    std::exit(1);
}

static double clock_of(clockid_t which) {
    timespec now;
    clock_gettime(which, &now);
    return now.tv_sec + 1e-9 * now.tv_nsec;
}

static void current(int width, int height) {
    EGLDisplay display = eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr);
    if (!eglInitialize(display, nullptr, nullptr) || !eglBindAPI(EGL_OPENGL_API)) fail("no EGL");
    const EGLint wish[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT,
                           EGL_RED_SIZE, 8, EGL_GREEN_SIZE, 8, EGL_BLUE_SIZE, 8, EGL_ALPHA_SIZE, 8, EGL_NONE};
    const EGLint size[] = {EGL_WIDTH, width, EGL_HEIGHT, height, EGL_NONE};
    const EGLint core[] = {EGL_CONTEXT_MAJOR_VERSION, 3, EGL_CONTEXT_MINOR_VERSION, 3,
                           EGL_CONTEXT_OPENGL_PROFILE_MASK, EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT, EGL_NONE};
    EGLConfig config;
    EGLint found = 0;
    if (!eglChooseConfig(display, wish, &config, 1, &found) || !found) fail("no EGL config with a pbuffer");
    EGLSurface surface = eglCreatePbufferSurface(display, config, size);
    EGLContext context = eglCreateContext(display, config, EGL_NO_CONTEXT, core);
    if (!eglMakeCurrent(display, surface, surface, context)) fail("no OpenGL 3.3 context");
}

int main(int count, char **words) {
    if (count != 4) fail("WIDTH HEIGHT SOUND");
    const int width = std::atoi(words[1]), height = std::atoi(words[2]);
    std::ifstream file(words[3], std::ios::binary);
    std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
    const float *sound = reinterpret_cast<const float *>(bytes.data());
    const long frames = bytes.size() / 8;
    if (frames < STEP * (WARM + FRAMES)) fail("the sound is too short");

    FILE *out = fdopen(dup(1), "w");  // projectM chats on stdout
    dup2(2, 1);
    current(width, height);
    projectM::Settings settings;  // its own defaults: a mesh of 32 x 24
    settings.windowWidth = width, settings.windowHeight = height;
    settings.datadir = "/usr/share/projectM";
    settings.fps = 60;
    settings.shuffleEnabled = false;
    projectM engine(settings, projectM::FLAG_DISABLE_PLAYLIST_LOAD);
    engine.projectM_resetGL(width, height);
    engine.setPresetLock(true);

    std::vector<unsigned char> middle(4L * width * height), last(middle);
    std::string path;
    while (std::getline(std::cin, path)) {
        engine.clearPlaylist();
        engine.addPresetURL(path, path, {3, 3});
        engine.selectPreset(0);
        for (int n = 0; n < WARM + FRAMES; n++) {
            engine.pcm()->addPCMfloat_2ch(sound + 2L * n * STEP, FED);
            const double begun = clock_of(CLOCK_MONOTONIC), spent = clock_of(CLOCK_PROCESS_CPUTIME_ID);
            engine.renderFrame();
            unsigned char pixel[4];
            glReadPixels(width / 2, height / 2, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
            if (n >= WARM)
                std::fprintf(out, "%.6f %.6f ", clock_of(CLOCK_MONOTONIC) - begun,
                             clock_of(CLOCK_PROCESS_CPUTIME_ID) - spent);
            if (n == WARM + FRAMES / 2) glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, middle.data());
        }
        glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, last.data());
        double light = 0, change = 0;
        for (size_t at = 0; at < last.size(); at++)
            if (at % 4 != 3) light += last[at], change += std::abs(last[at] - middle[at]);
        std::fprintf(out, "%.3f %.3f\n", light / (3L * width * height), change / (3L * width * height));
        std::fflush(out);
    }
}
