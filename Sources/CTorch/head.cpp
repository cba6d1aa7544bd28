// The classification head for millions of classes.
#include "bridge.h"

#include <c10/core/GradMode.h>

#include "head/angles.h"
#include "head/block.h"
#include "head/classes.h"
#include "head/functions.h"
#include "head/products.h"

using namespace facet;

namespace {

/// A function of C with its context, released with the last copy.
head::NonTargetMap others_map(ct_map map) {
  if (map.apply == nullptr) return nullptr;
  std::shared_ptr<void> context(map.context, map.release);
  return [context, apply = map.apply](const at::Tensor &cosines) {
    ct_tensor result{nullptr};
    auto borrowed = cosines;
    apply(context.get(), ct_tensor{&borrowed}, &result);
    std::unique_ptr<at::Tensor> owner(static_cast<at::Tensor *>(result.impl));
    TORCH_CHECK(owner != nullptr && owner->sizes() == cosines.sizes(),
                "a margin changed the shape of the non-target classes' cosines");
    return *owner;
  };
}

/// Whether operands of products may be rounded: requested, and faster there.
bool rounds(bool bfloat16, const at::Tensor &weight) {
  return bfloat16 && (!weight.is_cpu() || head::has_bfloat16_products());
}

head::ClassBlock &block(ct_class_block handle) {
  TORCH_CHECK(handle.impl != nullptr, "an empty block's handle was used");
  return *static_cast<head::ClassBlock *>(handle.impl);
}

head::WorkspacePointer workspace(ct_workspace handle) {
  TORCH_CHECK(handle.impl != nullptr, "an empty workspace handle was used");
  return *static_cast<head::WorkspacePointer *>(handle.impl);
}

}  // namespace

ct_status ct_workspace_new(ct_workspace *out) {
  return guarded([&] {
    *out = {new head::WorkspacePointer(c10::make_intrusive<head::Workspace>())};
  });
}

void ct_workspace_free(ct_workspace self) {
  delete static_cast<head::WorkspacePointer *>(self.impl);
}

bool ct_has_bfloat16_products(void) { return head::has_bfloat16_products(); }

ct_status ct_cosine_similarity_matrix(ct_tensor unit_embeddings, ct_tensor weight, ct_tensor classes,
                          ct_tensor labels, int64_t subcenters, bool bfloat16, ct_workspace memory,
                          ct_tensor *table, ct_tensor *target_cosines, ct_tensor *angles) {
  return guarded([&] {
    auto result = head::cosine_similarity_matrix(tensor(unit_embeddings), tensor(weight), tensor(classes),
                                     tensor(labels).contiguous(), subcenters,
                                     rounds(bfloat16, tensor(weight)), workspace(memory));
    *table = handle(result[0]);
    *target_cosines = handle(result[1]);
    *angles = handle(result[2]);
  });
}

ct_status ct_angles(ct_tensor self, ct_tensor other, ct_tensor *out) {
  return producing(out, [&] { return head::angle_between(tensor(self), tensor(other)); });
}

ct_status ct_other_exponentials(ct_tensor table, ct_tensor labels, ct_tensor scale,
                                ct_tensor *out) {
  return producing(out, [&] {
    return head::other_exponentials(tensor(table), tensor(labels).contiguous(), tensor(scale));
  });
}

ct_status ct_margin_cross_entropy(ct_tensor table, ct_tensor target_logits, ct_tensor scale,
                                  ct_tensor target_cosines, ct_tensor labels, ct_map non_targets,
                                  ct_tensor *loss, ct_tensor *is_top1_correct,
                                  ct_tensor *is_top1_correct_with_margin) {
  return guarded([&] {
    auto result = head::margin_cross_entropy(tensor(table), tensor(target_logits), tensor(scale),
                                             tensor(target_cosines), tensor(labels).contiguous(),
                                             others_map(non_targets));
    *loss = handle(result[0]);
    *is_top1_correct = handle(result[1]);
    *is_top1_correct_with_margin = handle(result[2]);
  });
}

ct_status ct_class_block_new(ct_tensor unit_embeddings, ct_tensor weight, ct_tensor classes,
                             ct_tensor labels, int64_t subcenters, bool bfloat16,
                             ct_workspace memory, ct_tensor targets, ct_class_block *out) {
  return guarded([&] {
    c10::AutoGradMode off(false);
    auto made = head::class_block(tensor(unit_embeddings), tensor(weight),
                                  optional(classes).value_or(at::Tensor()),
                                  tensor(labels).contiguous(), subcenters,
                                  rounds(bfloat16, tensor(weight)), workspace(memory));
    made->write_targets(tensor(targets));
    *out = {made.release()};
  });
}

void ct_class_block_free(ct_class_block self) { delete static_cast<head::ClassBlock *>(self.impl); }

ct_status ct_class_block_log_sum(ct_class_block self, ct_tensor scale, ct_tensor *out) {
  return producing(out, [&] {
    c10::AutoGradMode off(false);
    return block(self).log_sum(tensor(scale));
  });
}

ct_status ct_class_block_summarize(ct_class_block self, ct_tensor scale, ct_map non_targets,
                                   ct_tensor *out) {
  return producing(out, [&] {
    c10::AutoGradMode off(false);
    return block(self).summarize(tensor(scale), others_map(non_targets));
  });
}

ct_status ct_class_block_differentiate_softmax(ct_class_block self, ct_tensor log_total,
                                               ct_tensor weight, ct_tensor *to_scale) {
  return producing(to_scale, [&] {
    c10::AutoGradMode off(false);
    return block(self).differentiate_softmax(tensor(log_total), tensor(weight));
  });
}

ct_status ct_class_block_differentiate_cosines(ct_class_block self, ct_tensor to_target_cosines,
                                               ct_tensor to_angles, ct_tensor to_rows,
                                               ct_tensor *to_unit_embeddings, double *squares) {
  return guarded([&] {
    c10::AutoGradMode off(false);
    auto rows = optional(to_rows);
    *to_unit_embeddings = handle(block(self).differentiate_cosines(
        tensor(to_target_cosines), tensor(to_angles), rows.value_or(at::Tensor())));
    *squares = rows ? head::sum_of_squares(*rows) : 0;
  });
}

ct_status ct_sparse_rows(ct_tensor weight, ct_tensor classes, int64_t subcenters, ct_tensor values,
                         ct_tensor *out) {
  return producing(out, [&] {
    return head::sparse_rows(tensor(weight), head::row_indices(tensor(classes), subcenters),
                             tensor(values));
  });
}
