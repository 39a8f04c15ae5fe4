// Draws projectM presets offscreen: projectm WIDTH HEIGHT SOUND. SOUND is a file of stereo float32 at 48 kHz.
//
// Each input line is the path of a preset. The program draws FRAMES pictures of it and waits for each by reading a pixel
// back. Each output line has the wall seconds and processor seconds of every picture, then the mean level of the last
// picture and its mean difference from the middle one, both 0 to 255.
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

const int WARM_UP = 10, FRAMES = 60, STEP = 48000 / 30, SAMPLES_PER_FRAME = 512;

static void fail(const char *what) {
    std::fprintf(stderr, "projectm: %s\n", what);
    std::exit(1);
}

static double clock_of(clockid_t which) {
    timespec now;
    clock_gettime(which, &now);
    return now.tv_sec + 1e-9 * now.tv_nsec;
}

static void make_current(int width, int height) {
    EGLDisplay display = eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr);
    if (!eglInitialize(display, nullptr, nullptr) || !eglBindAPI(EGL_OPENGL_API)) fail("no EGL");
    const EGLint attributes[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT,
                           EGL_RED_SIZE, 8, EGL_GREEN_SIZE, 8, EGL_BLUE_SIZE, 8, EGL_ALPHA_SIZE, 8, EGL_NONE};
    const EGLint size[] = {EGL_WIDTH, width, EGL_HEIGHT, height, EGL_NONE};
    const EGLint core[] = {EGL_CONTEXT_MAJOR_VERSION, 3, EGL_CONTEXT_MINOR_VERSION, 3,
                           EGL_CONTEXT_OPENGL_PROFILE_MASK, EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT, EGL_NONE};
    EGLConfig config;
    EGLint found = 0;
    if (!eglChooseConfig(display, attributes, &config, 1, &found) || !found) fail("no EGL config with a pbuffer");
    EGLSurface surface = eglCreatePbufferSurface(display, config, size);
    EGLContext context = eglCreateContext(display, config, EGL_NO_CONTEXT, core);
    if (!eglMakeCurrent(display, surface, surface, context)) fail("no OpenGL 3.3 context");
}

int main(int count, char **arguments) {
    if (count != 4) fail("WIDTH HEIGHT SOUND");
    const int width = std::atoi(arguments[1]), height = std::atoi(arguments[2]);
    std::ifstream file(arguments[3], std::ios::binary);
    std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
    const float *sound = reinterpret_cast<const float *>(bytes.data());
    const long frames = bytes.size() / 8;
    if (frames < STEP * (WARM_UP + FRAMES)) fail("the sound is too short");

    FILE *out = fdopen(dup(1), "w");  // projectM prints to stdout
    dup2(2, 1);
    make_current(width, height);
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
        for (int n = 0; n < WARM_UP + FRAMES; n++) {
            engine.pcm()->addPCMfloat_2ch(sound + 2L * n * STEP, SAMPLES_PER_FRAME);
            const double begun = clock_of(CLOCK_MONOTONIC), spent = clock_of(CLOCK_PROCESS_CPUTIME_ID);
            engine.renderFrame();
            unsigned char pixel[4];
            glReadPixels(width / 2, height / 2, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
            if (n >= WARM_UP)
                std::fprintf(out, "%.6f %.6f ", clock_of(CLOCK_MONOTONIC) - begun,
                             clock_of(CLOCK_PROCESS_CPUTIME_ID) - spent);
            if (n == WARM_UP + FRAMES / 2) glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, middle.data());
        }
        glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, last.data());
        double light = 0, change = 0;
        for (size_t at = 0; at < last.size(); at++)
            if (at % 4 != 3) light += last[at], change += std::abs(last[at] - middle[at]);
        std::fprintf(out, "%.3f %.3f\n", light / (3L * width * height), change / (3L * width * height));
        std::fflush(out);
    }
}
