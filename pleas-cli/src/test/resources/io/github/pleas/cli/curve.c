/* An operator of a domain of its own, "com.example" Curve: a leaky ReLU. ONNX Runtime's C interface
 * is a table to which functions are only ever added, so that the places below stay; it is written
 * out here to do without the header. */
#include <stddef.h>
#include <stdint.h>

enum {
  CREATE_CUSTOM_OP_DOMAIN = 26,
  CUSTOM_OP_DOMAIN_ADD = 27,
  ADD_CUSTOM_OP_DOMAIN = 28,
  GET_TENSOR_MUTABLE_DATA = 51,
  GET_DIMENSIONS_COUNT = 61,
  GET_DIMENSIONS = 62,
  GET_TENSOR_SHAPE_ELEMENT_COUNT = 64,
  GET_TENSOR_TYPE_AND_SHAPE = 65,
  KERNEL_CONTEXT_GET_INPUT = 90,
  KERNEL_CONTEXT_GET_OUTPUT = 91,
  RELEASE_TENSOR_TYPE_AND_SHAPE_INFO = 99,
  API_VERSION = 14,
  FLOAT = 1
};

typedef void *(*Function)();

struct Base {
  const Function *(*get)(uint32_t version);
};

struct Operator {
  uint32_t version;
  void *(*create)(const struct Operator *op, const void *api, const void *info);
  const char *(*name)(const struct Operator *op);
  const char *(*provider)(const struct Operator *op);
  int (*input_type)(const struct Operator *op, size_t index);
  size_t (*inputs)(const struct Operator *op);
  int (*output_type)(const struct Operator *op, size_t index);
  size_t (*outputs)(const struct Operator *op);
  void (*compute)(void *kernel, void *context);
  void (*destroy)(void *kernel);
  int (*input_kind)(const struct Operator *op, size_t index);
  int (*output_kind)(const struct Operator *op, size_t index);
  int (*input_memory)(const struct Operator *op, size_t index);
  int (*least_inputs)(const struct Operator *op);
  int (*inputs_alike)(const struct Operator *op);
  int (*least_outputs)(const struct Operator *op);
  int (*outputs_alike)(const struct Operator *op);
  void *later[9]; /* of versions that this one does not say it has */
};

static const Function *api;
static int kernel;

static void *create(const struct Operator *op, const void *table, const void *info) {
  return &kernel;
}

static void destroy(void *made) {}

static const char *name(const struct Operator *op) { return "Curve"; }

static const char *provider(const struct Operator *op) { return NULL; }

static int type(const struct Operator *op, size_t index) { return FLOAT; }

static size_t one(const struct Operator *op) { return 1; }

static int required(const struct Operator *op, size_t index) { return 0; }

static int on_processor(const struct Operator *op, size_t index) { return 0; }

static int at_least_one(const struct Operator *op) { return 1; }

static void compute(void *made, void *context) {
  void *in, *out, *info;
  float *x, *y;
  size_t rank, count;
  int64_t shape[8];
  api[KERNEL_CONTEXT_GET_INPUT](context, (size_t)0, &in);
  api[GET_TENSOR_TYPE_AND_SHAPE](in, &info);
  api[GET_DIMENSIONS_COUNT](info, &rank);
  api[GET_DIMENSIONS](info, shape, rank);
  api[GET_TENSOR_SHAPE_ELEMENT_COUNT](info, &count);
  api[RELEASE_TENSOR_TYPE_AND_SHAPE_INFO](info);
  api[KERNEL_CONTEXT_GET_OUTPUT](context, (size_t)0, shape, rank, &out);
  api[GET_TENSOR_MUTABLE_DATA](in, &x);
  api[GET_TENSOR_MUTABLE_DATA](out, &y);
  for (size_t i = 0; i < count; i++) {
    y[i] = x[i] > 0 ? x[i] : 0.1f * x[i];
  }
}

static struct Operator curve = {
    API_VERSION,  create,       name,         provider,     type,         one,
    type,         one,          compute,      destroy,      required,     required,
    on_processor, at_least_one, at_least_one, at_least_one, at_least_one, {NULL}};

void *RegisterCustomOps(void *options, const struct Base *base) {
  void *domain;
  void *failure;
  api = base->get(API_VERSION);
  failure = api[CREATE_CUSTOM_OP_DOMAIN]("com.example", &domain);
  if (failure == NULL) {
    failure = api[CUSTOM_OP_DOMAIN_ADD](domain, &curve);
  }
  return failure == NULL ? api[ADD_CUSTOM_OP_DOMAIN](options, domain) : failure;
}
