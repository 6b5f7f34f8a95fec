// The part of EGL 1.4 that Panda3D's headless GL asks for, on OSMesa: pixel buffers in memory, one
// configuration (RGBA 8, depth 24, stencil 8), no display. For machines that have OSMesa but no EGL.
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

extern "C" {

typedef struct osmesa_context *OSMesaContext;
typedef void (*Function)();
OSMesaContext OSMesaCreateContextExt(unsigned, int, int, int, OSMesaContext);
void OSMesaDestroyContext(OSMesaContext);
unsigned char OSMesaMakeCurrent(OSMesaContext, void *, unsigned, int, int);
Function OSMesaGetProcAddress(const char *);
unsigned glGetError();

enum : int32_t {
  SUCCESS = 0x3000, BAD_ALLOC = 0x3003, BAD_ATTRIBUTE = 0x3004, BAD_PARAMETER = 0x300C,
  BUFFER_SIZE = 0x3020, ALPHA_SIZE = 0x3021, BLUE_SIZE = 0x3022, GREEN_SIZE = 0x3023,
  RED_SIZE = 0x3024, DEPTH_SIZE = 0x3025, STENCIL_SIZE = 0x3026, CONFIG_CAVEAT = 0x3027,
  CONFIG_ID = 0x3028, LEVEL = 0x3029, MAX_PBUFFER_HEIGHT = 0x302A, MAX_PBUFFER_PIXELS = 0x302B,
  MAX_PBUFFER_WIDTH = 0x302C, NATIVE_RENDERABLE = 0x302D, NATIVE_VISUAL_ID = 0x302E,
  NATIVE_VISUAL_TYPE = 0x302F, SAMPLES = 0x3031, SAMPLE_BUFFERS = 0x3032, SURFACE_TYPE = 0x3033,
  TRANSPARENT_TYPE = 0x3034, NONE = 0x3038, COLOR_BUFFER_TYPE = 0x303F, RENDERABLE_TYPE = 0x3040,
  CONFORMANT = 0x3042, VENDOR = 0x3053, VERSION = 0x3054, EXTENSIONS = 0x3055, HEIGHT = 0x3056,
  WIDTH = 0x3057, RGB_BUFFER = 0x308E, CLIENT_APIS = 0x308D, OPENGL_API = 0x30A2,
  PBUFFER_BIT = 0x0001, OPENGL_BIT = 0x0008, OSMESA_RGBA = 0x1908, UNSIGNED_BYTE = 0x1401,
  MAX_SIZE = 8192,
};

struct Surface {
  int width, height;
  std::vector<uint32_t> pixels;
};

static thread_local int32_t last_error = SUCCESS;
static int display, config;  // only their addresses matter

static unsigned fail(int32_t error) {
  last_error = error;
  return 0;
}

int32_t eglGetError() {
  int32_t error = last_error;
  last_error = SUCCESS;
  return error;
}

void *eglGetDisplay(void *) { return &display; }

unsigned eglInitialize(void *, int32_t *major, int32_t *minor) {
  if (major) *major = 1;
  if (minor) *minor = 4;
  return 1;
}

unsigned eglTerminate(void *) { return 1; }

unsigned eglBindAPI(unsigned api) { return api == OPENGL_API ? 1 : fail(BAD_PARAMETER); }

const char *eglQueryString(void *, int32_t name) {
  switch (name) {
    case VENDOR: return "Sunra";
    case VERSION: return "1.4 on OSMesa";
    case CLIENT_APIS: return "OpenGL";
    case EXTENSIONS: return "";
    default: fail(BAD_PARAMETER); return nullptr;
  }
}

unsigned eglChooseConfig(void *, const int32_t *, void **configs, int32_t size, int32_t *count) {
  if (!count) return fail(BAD_PARAMETER);
  *count = 1;
  if (configs && size > 0) configs[0] = &config;
  return 1;
}

unsigned eglGetConfigAttrib(void *, void *, int32_t attribute, int32_t *value) {
  switch (attribute) {
    case RED_SIZE: case GREEN_SIZE: case BLUE_SIZE: case ALPHA_SIZE: case STENCIL_SIZE:
      *value = 8; break;
    case BUFFER_SIZE: *value = 32; break;
    case DEPTH_SIZE: *value = 24; break;
    case CONFIG_ID: *value = 1; break;
    case SURFACE_TYPE: *value = PBUFFER_BIT; break;
    case RENDERABLE_TYPE: case CONFORMANT: *value = OPENGL_BIT; break;
    case COLOR_BUFFER_TYPE: *value = RGB_BUFFER; break;
    case CONFIG_CAVEAT: case NATIVE_VISUAL_TYPE: case TRANSPARENT_TYPE: *value = NONE; break;
    case MAX_PBUFFER_WIDTH: case MAX_PBUFFER_HEIGHT: *value = MAX_SIZE; break;
    case MAX_PBUFFER_PIXELS: *value = MAX_SIZE * MAX_SIZE; break;
    case LEVEL: case NATIVE_RENDERABLE: case NATIVE_VISUAL_ID: case SAMPLES: case SAMPLE_BUFFERS:
      *value = 0; break;
    default: return fail(BAD_ATTRIBUTE);
  }
  return 1;
}

void *eglCreateContext(void *, void *, void *share, const int32_t *) {
  void *context = OSMesaCreateContextExt(OSMESA_RGBA, 24, 8, 0, (OSMesaContext)share);
  if (!context) fail(BAD_ALLOC);
  return context;
}

unsigned eglDestroyContext(void *, void *context) {
  OSMesaDestroyContext((OSMesaContext)context);
  return 1;
}

void *eglCreatePbufferSurface(void *, void *, const int32_t *attributes) {
  int width = 1, height = 1;
  for (; attributes && *attributes != NONE; attributes += 2) {
    if (attributes[0] == WIDTH) width = attributes[1];
    if (attributes[0] == HEIGHT) height = attributes[1];
  }
  if (width < 1 || height < 1 || width > MAX_SIZE || height > MAX_SIZE) {
    fail(BAD_PARAMETER);
    return nullptr;
  }
  auto surface = std::make_unique<Surface>();
  surface->width = width;
  surface->height = height;
  surface->pixels.resize(size_t(width) * height);
  return surface.release();
}

unsigned eglDestroySurface(void *, void *surface) {
  delete static_cast<Surface *>(surface);
  return 1;
}

unsigned eglMakeCurrent(void *, void *draw, void *, void *context) {
  if (!context || !draw) return OSMesaMakeCurrent(nullptr, nullptr, 0, 0, 0), 1;
  auto *surface = static_cast<Surface *>(draw);
  return OSMesaMakeCurrent((OSMesaContext)context, surface->pixels.data(), UNSIGNED_BYTE,
                           surface->width, surface->height) ? 1 : fail(BAD_ALLOC);
}

Function eglGetProcAddress(const char *name) {
  if (!std::strncmp(name, "egl", 3)) return nullptr;
  return OSMesaGetProcAddress(name);
}

}
