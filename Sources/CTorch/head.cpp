// The classification head for millions of classes.
#include "bridge.h"
#include "head/angles.h"
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
