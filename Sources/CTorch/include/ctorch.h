/// The C interface to LibTorch: the only way from Swift to C++.
///
/// Conventions
/// - Every function returns a ``ct_status`` by value and its results through out-parameters. If the
///   status is not CT_OK, the out-parameters are untouched and the status contains a message, which
///   the caller frees with ``ct_status_free``.
/// - A ``ct_tensor`` out-parameter is owned by the caller and freed with ``ct_tensor_free``.
/// - A ``ct_tensor`` in-parameter is borrowed.
/// - No exception crosses this interface.
#ifndef CTORCH_H
#define CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Handles follow the ownership conventions above, so Swift may pass them around freely.
#if defined(__has_attribute) && __has_attribute(swift_attr)
#define CT_SAFE __attribute__((swift_attr("@safe")))
#else
#define CT_SAFE
#endif

typedef enum ct_status_kind {
  CT_OK = 0,
  CT_ERROR = 1,
  CT_OUT_OF_MEMORY = 2,
} ct_status_kind;

/// The result of a call.
typedef struct CT_SAFE ct_status {
  ct_status_kind kind;
  char *message;
} ct_status;

/// A reference to a tensor. It is a struct, so that it cannot be mistaken for another handle.
typedef struct CT_SAFE ct_tensor {
  void *impl;
} ct_tensor;

typedef enum ct_dtype {
  CT_UINT8 = 0,
  CT_INT64 = 1,
  CT_FLOAT32 = 2,
  CT_FLOAT64 = 3,
  CT_BFLOAT16 = 4,
  CT_BOOL = 5,
} ct_dtype;

typedef enum ct_memory_format { CT_CONTIGUOUS = 0, CT_CHANNELS_LAST = 1 } ct_memory_format;

/// A device: the CPU, or a CUDA GPU by its index.
typedef struct ct_device {
  bool cuda;
  int32_t index;
} ct_device;

void ct_status_free(ct_status status);

// Tensors: creation, inspection, transfer ---------------------------------------------------------

void ct_tensor_free(ct_tensor self);
/// Another reference to the same tensor.
ct_status ct_alias(ct_tensor self, ct_tensor *out);
ct_status ct_full(const int64_t *shape, size_t rank, double value, ct_dtype dtype, ct_device device,
                  ct_tensor *out);
ct_status ct_arange(int64_t count, ct_dtype dtype, ct_device device, ct_tensor *out);
/// Copies `bytes` (contiguous, of `dtype`) into a new tensor on `device`.
ct_status ct_from_bytes(const void *bytes, size_t byte_count, const int64_t *shape, size_t rank,
                        ct_dtype dtype, ct_device device, ct_tensor *out);
/// Copies the elements, contiguous and converted to `dtype`, to `bytes`.
ct_status ct_copy_bytes(ct_tensor self, ct_dtype dtype, void *bytes, size_t byte_count);
/// A pointer to the elements of a contiguous float32 tensor on the CPU; valid as long as the tensor.
ct_status ct_floats(ct_tensor self, const float **out);
ct_status ct_rank(ct_tensor self, size_t *out);
ct_status ct_shape(ct_tensor self, int64_t *out, size_t rank);
ct_status ct_element_type(ct_tensor self, ct_dtype *out);
ct_status ct_device_of(ct_tensor self, ct_device *out);
ct_status ct_is_contiguous(ct_tensor self, ct_memory_format format, bool *out);
ct_status ct_item(ct_tensor self, double *out);
ct_status ct_to(ct_tensor self, ct_dtype dtype, ct_device device, ct_tensor *out);
ct_status ct_contiguous(ct_tensor self, ct_memory_format format, ct_tensor *out);
/// Converts images to network input: (bytes - mean) / standard deviation as float32 [n, c, h, w] on
/// `device`, from `bytes` [n, h, w, c].
ct_status ct_images(const uint8_t *bytes, int64_t n, int64_t h, int64_t w, int64_t c, double mean,
                    double standard_deviation, ct_memory_format format, ct_device device, ct_tensor *out);
/// The first `count` points of a scrambled Sobol sequence as float64 [count, dimension] in [0, 1).
ct_status ct_sobol(int64_t dimension, int64_t count, uint64_t seed, ct_tensor *out);

// Pointwise ---------------------------------------------------------------------------------------

#define CT_FOR_EACH_UNARY(X)                                                                      \
  X(neg) X(abs) X(exp) X(log) X(log1p) X(sqrt) X(rsqrt) X(square) X(reciprocal) X(cos) X(sin)     \
  X(acos) X(tanh) X(sigmoid) X(softplus) X(log_sigmoid) X(relu) X(floor) X(sign) X(isfinite)      \
  X(logical_not) X(detach) X(clone)
#define CT_FOR_EACH_BINARY(X)                                                                     \
  X(add) X(sub) X(mul) X(div) X(maximum) X(minimum) X(eq) X(ne) X(lt) X(le) X(gt) X(ge)           \
  X(logical_and) X(logical_or) X(matmul)
#define CT_FOR_EACH_SCALAR(X)                                                                     \
  X(add) X(mul) X(div) X(pow) X(eq) X(ne) X(lt) X(le) X(gt) X(ge)

#define CT_DECLARE(name) ct_status ct_##name(ct_tensor self, ct_tensor *out);
CT_FOR_EACH_UNARY(CT_DECLARE)
#undef CT_DECLARE
#define CT_DECLARE(name) ct_status ct_##name(ct_tensor self, ct_tensor other, ct_tensor *out);
CT_FOR_EACH_BINARY(CT_DECLARE)
#undef CT_DECLARE
#define CT_DECLARE(name) ct_status ct_##name##_scalar(ct_tensor self, double other, ct_tensor *out);
CT_FOR_EACH_SCALAR(CT_DECLARE)
#undef CT_DECLARE

ct_status ct_clamp(ct_tensor self, double minimum, double maximum, ct_tensor *out);
ct_status ct_where(ct_tensor condition, ct_tensor self, ct_tensor other, ct_tensor *out);
ct_status ct_masked_fill(ct_tensor self, ct_tensor mask, double value, ct_tensor *out);

// Reductions: over `dims` (all if `count` is 0) -------------------------------------------------

#define CT_FOR_EACH_REDUCTION(X) X(sum) X(mean) X(amax) X(amin) X(logsumexp) X(norm)
#define CT_DECLARE(name)                                                                          \
  ct_status ct_##name(ct_tensor self, const int64_t *dims, size_t count, bool keepdim,            \
                      ct_tensor *out);
CT_FOR_EACH_REDUCTION(CT_DECLARE)
#undef CT_DECLARE

ct_status ct_argmax(ct_tensor self, int64_t dim, ct_tensor *out);
ct_status ct_all(ct_tensor self, ct_tensor *out);
ct_status ct_cumsum(ct_tensor self, int64_t dim, ct_tensor *out);
ct_status ct_softmax(ct_tensor self, int64_t dim, ct_tensor *out);
ct_status ct_log_softmax(ct_tensor self, int64_t dim, ct_tensor *out);
ct_status ct_topk(ct_tensor self, int64_t k, int64_t dim, bool largest, ct_tensor *values,
                  ct_tensor *indices);

// Shape -------------------------------------------------------------------------------------------

ct_status ct_reshape(ct_tensor self, const int64_t *shape, size_t rank, ct_tensor *out);
ct_status ct_expand(ct_tensor self, const int64_t *shape, size_t rank, ct_tensor *out);
ct_status ct_permute(ct_tensor self, const int64_t *dims, size_t rank, ct_tensor *out);
ct_status ct_transpose(ct_tensor self, int64_t a, int64_t b, ct_tensor *out);
ct_status ct_unsqueeze(ct_tensor self, int64_t dim, ct_tensor *out);
ct_status ct_squeeze(ct_tensor self, int64_t dim, ct_tensor *out);
ct_status ct_narrow(ct_tensor self, int64_t dim, int64_t start, int64_t length, ct_tensor *out);
ct_status ct_flip(ct_tensor self, int64_t dim, ct_tensor *out);
ct_status ct_cat(const ct_tensor *tensors, size_t count, int64_t dim, ct_tensor *out);
ct_status ct_stack(const ct_tensor *tensors, size_t count, int64_t dim, ct_tensor *out);

// Indexing ----------------------------------------------------------------------------------------

ct_status ct_gather(ct_tensor self, int64_t dim, ct_tensor index, ct_tensor *out);
ct_status ct_index_select(ct_tensor self, int64_t dim, ct_tensor index, ct_tensor *out);
ct_status ct_scatter(ct_tensor self, int64_t dim, ct_tensor index, ct_tensor source,
                     ct_tensor *out);
ct_status ct_index_add(ct_tensor self, int64_t dim, ct_tensor index, ct_tensor source,
                       ct_tensor *out);

// In place, outside of differentiation ------------------------------------------------------------

ct_status ct_assign(ct_tensor self, ct_tensor source);
ct_status ct_fill(ct_tensor self, double value);
/// Fills with normal variates from a separate generator seeded with `seed`: those that a tensor of `total` elements
/// gets, from element `first`.
ct_status ct_fill_normal(ct_tensor self, double mean, double standard_deviation, uint64_t seed,
                         int64_t first, int64_t total);
ct_status ct_fill_uniform(ct_tensor self, double low, double high, uint64_t seed);

// Networks ----------------------------------------------------------------------------------------

/// `bias.impl` may be null.
ct_status ct_linear(ct_tensor self, ct_tensor weight, ct_tensor bias, ct_tensor *out);
ct_status ct_conv2d(ct_tensor self, ct_tensor weight, int64_t stride, int64_t padding,
                    int64_t groups, ct_tensor *out);
/// The parameters of a batch normalisation.
typedef struct CT_SAFE ct_batch_norm_parts {
  ct_tensor weight, bias, running_mean, running_var;
  /// Added after the normalisation; `impl` may be null.
  ct_tensor residual;
  /// Whether to apply ReLU at the end.
  bool rectify;
  /// The slopes of a PReLU at the end, one per channel, instead of ReLU; `impl` may be null.
  ct_tensor slopes;
  double momentum, epsilon;
} ct_batch_norm_parts;

/// Training mode updates `running_mean` and `running_var` in place.
ct_status ct_batch_norm(ct_tensor self, ct_batch_norm_parts parts, bool training, ct_tensor *out);
/// The parameters of a convolution without bias.
typedef struct CT_SAFE ct_conv2d_parts {
  ct_tensor weight;
  int64_t stride, padding, groups;
} ct_conv2d_parts;

/// A cache of a convolution's weights with the following normalisation folded in.
typedef struct CT_SAFE ct_folding {
  void *impl;
} ct_folding;

ct_status ct_folding_new(ct_folding *out);
void ct_folding_free(ct_folding self);
/// Frees the cached weights.
void ct_folding_forget(ct_folding self);
/// A convolution and the following normalisation in evaluation mode, as one operation that is not
/// differentiable. Weights are folded again if they or the statistics have changed.
ct_status ct_normalized_conv2d(ct_tensor self, ct_conv2d_parts convolution,
                               ct_batch_norm_parts normalization, ct_folding folding,
                               ct_tensor *out);
ct_status ct_max_pool2d(ct_tensor self, int64_t kernel, int64_t stride, int64_t padding,
                        ct_tensor *out);
/// Mean over height and width: [n, c, h, w] -> [n, c].
ct_status ct_global_average_pool(ct_tensor self, ct_tensor *out);
ct_status ct_cross_entropy(ct_tensor logits, ct_tensor labels, double label_smoothing,
                           ct_tensor *out);

// The head: the softmax of millions of classes -----------------------------------------------------

/// Buffers that a head reuses in each step.
typedef struct CT_SAFE ct_workspace {
  void *impl;
} ct_workspace;

/// A differentiable elementwise function of tensors `[n, k]`. `apply` borrows its argument and
/// transfers ownership of its result; the function that receives the map calls `release` once.
typedef struct ct_map {
  void *context;
  void (*apply)(void *context, ct_tensor cosines, ct_tensor *out);
  void (*release)(void *context);
} ct_map;

ct_status ct_workspace_new(ct_workspace *out);
void ct_workspace_free(ct_workspace self);
/// Whether the processor has instructions for products of bfloat16 blocks.
bool ct_has_bfloat16_products(void);
/// The table of cosines between directions `[n, d]` (of length 1 or 0) and the rows of a weight
/// matrix, and those of each sample's own class, `target_cosines` `[n]`, with their `angles` `[n]`
/// of float64.
///
/// With `classes` (ascending, empty for all) only those take part, `labels` are indices among them,
/// and the weight's gradient is sparse. `subcenters` consecutive rows form one class.
ct_status ct_cosine_similarity_matrix(ct_tensor unit_embeddings, ct_tensor weight, ct_tensor classes,
                          ct_tensor labels, int64_t subcenters, bool bfloat16, ct_workspace memory,
                          ct_tensor *table, ct_tensor *target_cosines, ct_tensor *angles);
/// Angles `[n]` of float64 between vectors `[n, d]` of length 1 or 0 and the corresponding rows.
ct_status ct_angles(ct_tensor self, ct_tensor other, ct_tensor *out);
/// Sum over the non-target classes of e^(scale cosine), `[n]`; not differentiable.
ct_status ct_other_exponentials(ct_tensor table, ct_tensor labels, ct_tensor scale,
                                ct_tensor *out);
/// Mean cross-entropy of the target logits and, for the non-target classes, scale times cosine, to
/// which the map is applied first if its `apply` is not null. Differentiation consumes the table.
ct_status ct_margin_cross_entropy(ct_tensor table, ct_tensor target_logits, ct_tensor scale,
                                  ct_tensor target_cosines, ct_tensor labels, ct_map non_targets,
                                  ct_tensor *loss, ct_tensor *is_top1_correct,
                                  ct_tensor *is_top1_correct_with_margin);

/// A block of a head's classes, with a batch's cosines to them; the other classes are in other blocks. Nothing
/// is recorded for differentiation.
typedef struct CT_SAFE ct_class_block {
  void *impl;
} ct_class_block;

/// Multiplies directions `[n, d]` by the rows of a weight matrix; only `classes` take part (ascending; null for
/// all).
///
/// @param labels `[n]`, indices among the classes that take part; negative if a sample's class is in another
/// block. @param targets `[2, n]` of float64; receives the cosines and angles of the samples whose classes
/// are in this block.
ct_status ct_class_block_new(ct_tensor unit_embeddings, ct_tensor weight, ct_tensor classes,
                             ct_tensor labels, int64_t subcenters, bool bfloat16,
                             ct_workspace memory, ct_tensor targets, ct_class_block *out);
void ct_class_block_free(ct_class_block self);
/// log of the sum over the non-target classes of e^(scale cosine), `[n]` of float64.
ct_status ct_class_block_log_sum(ct_class_block self, ct_tensor scale, ct_tensor *out);
/// A summary of the non-target classes, `[5, n]` of float64: the logarithm of their sum, the largest cosine and
/// the first class that has it, and the latter two without the map.
ct_status ct_class_block_summarize(ct_class_block self, ct_tensor scale, ct_map non_targets,
                                   ct_tensor *out);
/// Replaces the cosines by the gradient of the sum of `weight` times `log_total`, `[n]` of float64; returns
/// this block's contribution to the gradient with respect to the scale.
ct_status ct_class_block_differentiate_softmax(ct_class_block self, ct_tensor log_total,
                                               ct_tensor weight, ct_tensor *to_scale);
/// This block's contribution to the gradient with respect to the directions, and the gradient with respect to
/// the rows that take part, which is written to `to_rows` if that is not null; `squares` is the sum of squares
/// of the latter.
ct_status ct_class_block_differentiate_cosines(ct_class_block self, ct_tensor to_target_cosines,
                                               ct_tensor to_angles, ct_tensor to_rows,
                                               ct_tensor *to_unit_embeddings, double *squares);
/// A sparse gradient of `weight` with the rows of ascending classes.
ct_status ct_sparse_rows(ct_tensor weight, ct_tensor classes, int64_t subcenters, ct_tensor values,
                         ct_tensor *out);

// Differentiation ---------------------------------------------------------------------------------

/// Replaces a parameter's values, with any shape, and removes its gradient.
ct_status ct_replace_data(ct_tensor self, ct_tensor source);

ct_status ct_set_requires_grad(ct_tensor self, bool value);
ct_status ct_requires_grad(ct_tensor self, bool *out);
ct_status ct_backward(ct_tensor self);
/// The derivatives of `self` with respect to tensors, given `grad_output` of its shape; they are
/// returned, not added to gradients.
ct_status ct_derivatives(ct_tensor self, ct_tensor grad_output, const ct_tensor *inputs, size_t count,
                         ct_tensor *out);
/// `out->impl` is null if there is no gradient.
ct_status ct_grad(ct_tensor self, ct_tensor *out);
ct_status ct_set_grad(ct_tensor self, ct_tensor gradient);
ct_status ct_clear_grad(ct_tensor self);
/// A sparse gradient as a dense tensor; a dense one is returned unchanged.
ct_status ct_to_dense(ct_tensor self, ct_tensor *out);
bool ct_is_grad_enabled(void);
/// Thread-local. Returns the previous value through `former`.
ct_status ct_set_grad_enabled(bool value, bool *former);
/// Thread-local. While this is on, convolutions and products compute in bfloat16.
ct_status ct_set_autocast(bool cuda, bool value, bool *former);
ct_status ct_clear_autocast_cache(void);

// Optimisation ------------------------------------------------------------------------------------

/// Gradient statistics that a GPU computes without synchronising with the host.
typedef struct CT_SAFE ct_gradient_guard {
  /// L2 norm of all gradients together before clipping.
  ct_tensor norm;
  /// The divisor of every gradient; empty for 1.
  ct_tensor divisor;
  /// 1 if the loss or the norm is not finite, so that the step is skipped; otherwise 0.
  ct_tensor skips;
} ct_gradient_guard;

/// Declares that no row occurs twice in any sparse gradient, as with the gradients of a single
/// batch: a GPU would have to sort the rows to find out.
ct_status ct_set_rows_distinct(const ct_tensor *parameters, size_t count);

/// Computes the statistics of the gradients for a step that clips their norm to `limit`; 0 for no
/// limit.
ct_status ct_guard_gradients(const ct_tensor *parameters, size_t count, ct_tensor loss,
                             double limit, ct_gradient_guard *out);

/// One step of SGD with momentum for tensors that all have a gradient, with LibTorch's fused
/// kernel. `momentum_buffers` are updated in place; on the first step they are set to the gradient
/// itself. If a gradient is sparse, the rows that it lacks stay unchanged, including their momentum
/// buffers. An empty guard has no effect.
ct_status ct_sgd_step(const ct_tensor *parameters, const ct_tensor *momentum_buffers, size_t count,
                      double learning_rate, double momentum, double weight_decay, bool nesterov,
                      bool first_step, ct_gradient_guard guard);
/// One step of AdamW for tensors that all have a dense gradient, with LibTorch's fused kernel. Both
/// moments and `steps`, `float32` scalars that count each parameter's steps, are updated in place. An
/// empty guard has no effect.
ct_status ct_adamw_step(const ct_tensor *parameters, const ct_tensor *first_moments,
                        const ct_tensor *second_moments, const ct_tensor *steps, size_t count,
                        double learning_rate, double beta1, double beta2, double weight_decay,
                        double epsilon, ct_gradient_guard guard);
/// Updates averages: `average += weight (value - average)`.
ct_status ct_move_averages(const ct_tensor *averages, const ct_tensor *values, size_t count,
                           double weight);
/// L2 norm of all gradients together.
ct_status ct_gradient_norm(const ct_tensor *parameters, size_t count, double *out);
ct_status ct_scale_gradients(const ct_tensor *parameters, size_t count, double factor);

// Kernels -----------------------------------------------------------------------------------------

/// Implementations of operations that both this project and LibTorch have: LibTorch's, and this
/// project's for each instruction set.
typedef enum ct_kernels {
  CT_KERNELS_LIBTORCH = 0,
  CT_KERNELS_PORTABLE = 1,
  CT_KERNELS_AVX2 = 2,
  CT_KERNELS_AVX512 = 3,
} ct_kernels;

/// Limits the instruction sets to `limit` and to those that the processor has. Thread-local.
void ct_limit_kernels(ct_kernels limit);
ct_kernels ct_current_kernels(void);
/// The best one that the processor supports.
ct_kernels ct_best_kernels(void);

/// Whether convolutions keep the outputs of normalisations for the backward pass instead of
/// recomputing them. Thread-local; initially false.
void ct_set_keeps_normalized(bool value);
bool ct_keeps_normalized(void);

/// Receives an operation's name and its seconds without those of the operations it called.
typedef void (*ct_operation_listener)(void *context, const char *name, double seconds);

/// Starts measuring operations on all threads.
ct_status ct_profile_start(void);
/// Stops measuring and reports the results, in no particular order.
ct_status ct_profile_stop(ct_operation_listener listener, void *context);

/// Starts measuring kernels and copies on GPUs.
ct_status ct_cuda_profile_start(void);
/// Stops measuring and reports each kernel and copy in order.
ct_status ct_cuda_profile_stop(ct_operation_listener listener, void *context);

// TorchScript -------------------------------------------------------------------------------------

/// A reference to a TorchScript network.
typedef struct CT_SAFE ct_script {
  void *impl;
} ct_script;

/// Loads a file written by `torch.jit.save`, in evaluation mode.
ct_status ct_script_load(const char *path, ct_device device, ct_script *out);
void ct_script_free(ct_script self);
/// The network's output for one input; the first tensor if it is a tuple or list.
ct_status ct_script_forward(ct_script self, ct_tensor input, ct_tensor *out);
/// How many outputs the network declares: the parts of a tuple, or 1 for another type.
ct_status ct_script_output_count(ct_script self, int64_t *out);

// Traces: the operations of a computation ----------------------------------------------

typedef struct CT_SAFE ct_trace {
  void *impl;
} ct_trace;

typedef enum ct_traced_kind {
  CT_TRACED_NONE = 0,
  CT_TRACED_TENSOR = 1,
  CT_TRACED_BOOL = 2,
  CT_TRACED_INT = 3,
  CT_TRACED_FLOAT = 4,
  CT_TRACED_INTS = 5,
  CT_TRACED_TENSORS = 6,
  CT_TRACED_OTHER = 7,
} ct_traced_kind;

/// An argument of an operation. `integer` is a tensor's identifier or a number; `list` contains the
/// numbers or identifiers of a list and is valid as long as the trace.
typedef struct CT_SAFE ct_traced_value {
  ct_traced_kind kind;
  int64_t integer;
  double number;
  const int64_t *list;
  size_t count;
} ct_traced_value;

/// Runs `body` on `input` and records its operations. Identifiers: 0 is the input, 1 ... `count` are
/// the given tensors, and higher ones are results of operations. `body` returns a tensor that the
/// caller owns; false ends the trace with an error.
ct_status ct_trace_run(ct_tensor input, const ct_tensor *given, size_t count, void *context,
                       bool (*body)(void *context, ct_tensor input, ct_tensor *output),
                       ct_trace *out);
void ct_trace_free(ct_trace self);
size_t ct_trace_count(ct_trace self);
/// The name of an operation, such as `aten::conv2d`; valid as long as the trace.
const char *ct_trace_operation(ct_trace self, size_t node);
size_t ct_trace_argument_count(ct_trace self, size_t node);
ct_traced_value ct_trace_argument(ct_trace self, size_t node, size_t index);
size_t ct_trace_result_count(ct_trace self, size_t node);
int64_t ct_trace_result(ct_trace self, size_t node, size_t index);
/// Identifier of the result of `body`.
int64_t ct_trace_output(ct_trace self);
/// Lengths of a tensor's dimensions, as a list.
ct_traced_value ct_trace_shape(ct_trace self, int64_t tensor);
/// The value of a tensor that was neither given nor computed by an operation; otherwise an empty
/// handle.
ct_status ct_trace_constant(ct_trace self, int64_t tensor, ct_tensor *out);
/// Writes a trace with `batch` images as a TorchScript module whose weights are constants. Lengths
/// that are greater in `wider`, a trace with one more image, depend on the number of images.
ct_status ct_trace_save(ct_trace self, ct_trace wider, const ct_tensor *given, size_t count,
                        int64_t batch, const char *path);

// GPUs --------------------------------------------------------------------------------------------

/// Loads LibTorch's CUDA backend if it is installed with LibTorch, and counts the GPUs; 0 if there is no
/// backend.
int32_t ct_cuda_count(void);
/// Waits until all work on a GPU is done.
ct_status ct_cuda_synchronize(int32_t index);
/// Why this project's kernels cannot be compiled for a GPU; empty if there was no failure so far.
/// Valid until the next call on this thread.
const char *ct_gpu_kernels_failure(void);

/// Recorded GPU work (a CUDA graph).
typedef struct CT_SAFE ct_graph {
  void *impl;
} ct_graph;

/// Starts recording what this thread, and differentiation from it, launches on a GPU; nothing is
/// executed yet. Tensors created meanwhile belong to the graph, which shares the memory of
/// `sharing` if that is a graph.
ct_status ct_graph_begin(ct_device on, ct_graph sharing, ct_graph *out);
/// Stops recording.
ct_status ct_graph_end(ct_graph self);
/// Executes the recorded work.
ct_status ct_graph_replay(ct_graph self);
/// Frees the graph and, unless they are used elsewhere, its tensors.
void ct_graph_free(ct_graph self);

// The process -------------------------------------------------------------------------------------

ct_status ct_set_threads(int32_t count);
int32_t ct_threads(void);
/// Whether threads that compute together are from now on pinned to one processor each, between the next two
/// calls; to be called by a thread that is not one of them.
void ct_spread_threads(bool wanted);
/// Pins the calling thread and those that compute for it to one processor each, if requested.
void ct_spread_begin(void);
/// Unpins the calling thread, so that the threads it starts are not pinned.
void ct_spread_end(void);
/// From now on, memory of large tensors on the CPU is cached for later ones.
void ct_keep_memory(void);
/// Gives cached memory that is not in use back to the system.
void ct_release_free_memory(void);
/// Makes LibTorch use deterministic algorithms where it has them.
ct_status ct_set_deterministic(bool value);
/// Whether the processor has vector or matrix instructions for products of bfloat16.
bool ct_has_bfloat16_instructions(void);
/// LibTorch's version, e.g. "2.13.0".
const char *ct_version(void);

#ifdef __cplusplus
}
#endif

#endif
