// What a network consists of: its operations, recorded by LibTorch's tracer while it runs.
#include "bridge.h"

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/shape_analysis.h>

using namespace facet;
namespace jit = torch::jit;

namespace {

/// An argument, with the list that its C form points into.
struct Argument {
  ct_traced_kind kind = CT_TRACED_OTHER;
  int64_t integer = 0;
  double number = 0;
  std::vector<int64_t> list;

  ct_traced_value value() const { return {kind, integer, number, list.data(), list.size()}; }
};

struct Operation {
  std::string name;
  std::vector<Argument> arguments;
  std::vector<int64_t> results;
};

struct Trace {
  std::shared_ptr<jit::Graph> graph;
  std::vector<Operation> operations;
  std::unordered_map<const jit::Value *, int64_t> identifiers;
  std::vector<const jit::Value *> values;
  std::vector<Argument> shapes;
  int64_t output = 0;

  explicit Trace(std::shared_ptr<jit::Graph> traced) : graph(std::move(traced)) {
    for (const auto *input : graph->inputs()) identifier(input);
    for (const auto *node : graph->nodes()) add(node);
    output = identifier(graph->outputs().at(0));
  }

  int64_t identifier(const jit::Value *value) {
    auto [entry, is_new] = identifiers.try_emplace(value, int64_t(values.size()));
    if (is_new) {
      values.push_back(value);
      Argument shape;
      shape.kind = CT_TRACED_INTS;
      if (auto type = value->type()->cast<c10::TensorType>())
        if (auto sizes = type->sizes().concrete_sizes()) shape.list = *sizes;
      shapes.push_back(std::move(shape));
    }
    return entry->second;
  }

  void add(const jit::Node *node) {
    if (node->kind() == c10::prim::Constant || node->kind() == c10::prim::ListConstruct) return;
    Operation operation{node->kind().toQualString(), {}, {}};
    for (const auto *input : node->inputs()) operation.arguments.push_back(argument(input));
    for (const auto *result : node->outputs()) operation.results.push_back(identifier(result));
    operations.push_back(std::move(operation));
  }

  Argument argument(const jit::Value *value) {
    if (value->node()->kind() == c10::prim::ListConstruct) return list(value->node());
    Argument result;
    auto constant = jit::toIValue(value);
    if (!constant || constant->isTensor()) {
      result.kind = CT_TRACED_TENSOR;
      result.integer = identifier(value);
    } else if (constant->isNone()) {
      result.kind = CT_TRACED_NONE;
    } else if (constant->isBool()) {
      result.kind = CT_TRACED_BOOL;
      result.integer = constant->toBool();
    } else if (constant->isInt()) {
      result.kind = CT_TRACED_INT;
      result.integer = constant->toInt();
      result.number = double(result.integer);
    } else if (constant->isDouble()) {
      result.kind = CT_TRACED_FLOAT;
      result.number = constant->toDouble();
    } else if (constant->isIntList()) {
      result.kind = CT_TRACED_INTS;
      result.list = constant->toIntVector();
    }
    return result;
  }

  Argument list(const jit::Node *node) {
    Argument result;
    result.kind = CT_TRACED_INTS;
    for (const auto *element : node->inputs()) {
      auto item = argument(element);
      if (item.kind != CT_TRACED_INT && item.kind != CT_TRACED_TENSOR) return Argument();
      if (item.kind == CT_TRACED_TENSOR) result.kind = CT_TRACED_TENSORS;
      result.list.push_back(item.integer);
    }
    return result;
  }
};

Trace &trace(ct_trace handle) { return *static_cast<Trace *>(handle.impl); }

/// What a whole number is for any number of images: as often that number as it grows with one image more.
struct Length {
  jit::Value *value;
  int64_t per_image;
};

/// The whole numbers of a graph that differ in the graph of one image more.
std::vector<Length> lengths(jit::Graph &graph, jit::Graph &wider, int64_t batch) {
  std::vector<Length> result;
  auto other = wider.nodes().begin();
  for (auto *node : graph.nodes()) {
    TORCH_CHECK(other != wider.nodes().end() && other->kind() == node->kind(),
                "the network computes otherwise for another number of images");
    auto *same = *other;
    ++other;
    TORCH_CHECK(node->kind() != c10::aten::empty,
                "the network computes with memory that is filled where the tracer does not see it");
    if (node->kind() != c10::prim::Constant) continue;
    auto first = jit::toIValue(node->output()), second = jit::toIValue(same->output());
    if (!first || !second) continue;
    if (first->isTensor() && second->isTensor()) {
      TORCH_CHECK(first->toTensor().sizes() == second->toTensor().sizes(),
                  "the network holds a tensor of one number of images");
    } else if (first->isInt() && second->isInt() && first->toInt() != second->toInt()) {
      int64_t per_image = second->toInt() - first->toInt();
      TORCH_CHECK(per_image > 0 && first->toInt() == per_image * batch,
                  "a length in the network is no multiple of the number of images");
      result.push_back({node->output(), per_image});
    } else {
      TORCH_CHECK(first->isTensor() || *first == *second,
                  "a value in the network depends on the number of images");
    }
  }
  TORCH_CHECK(other == wider.nodes().end(),
              "the network computes otherwise for another number of images");
  return result;
}

/// Makes lengths that depend on the number of images follow it.
void free_batch(jit::Graph &graph, const std::vector<Length> &lengths) {
  if (lengths.empty()) return;
  jit::WithInsertPoint start(*graph.nodes().begin());
  auto *count = graph.insert(c10::aten::size, {graph.inputs()[0], 0});
  for (const auto &length : lengths) {
    auto *value = length.per_image == 1
                      ? count
                      : graph.insert(c10::aten::mul, {count, length.per_image});
    length.value->replaceAllUsesWith(value);
  }
}

}  // namespace

ct_status ct_trace_run(ct_tensor input, const ct_tensor *given, size_t count, void *context,
                       bool (*body)(void *context, ct_tensor input, ct_tensor *output),
                       ct_trace *out) {
  return guarded([&] {
    jit::Stack inputs{tensor(input)};
    for (size_t i = 0; i < count; ++i) inputs.emplace_back(tensor(given[i]));
    auto run = [&](jit::Stack stack) {
      at::Tensor images = stack.at(0).toTensor();
      ct_tensor made{};
      TORCH_CHECK(body(context, {&images}, &made), "the network could not be run");
      at::Tensor result = tensor(made);
      ct_tensor_free(made);
      return jit::Stack{result};
    };
    auto nameless = [](const at::Tensor &) { return std::string(); };
    auto traced = jit::tracer::trace(std::move(inputs), run, nameless, /*strict=*/true,
                                     /*force_outplace=*/true);
    *out = {new Trace(traced.first->graph)};
  });
}

void ct_trace_free(ct_trace self) { delete static_cast<Trace *>(self.impl); }

size_t ct_trace_count(ct_trace self) { return trace(self).operations.size(); }

const char *ct_trace_operation(ct_trace self, size_t node) {
  return trace(self).operations[node].name.c_str();
}

size_t ct_trace_argument_count(ct_trace self, size_t node) {
  return trace(self).operations[node].arguments.size();
}

ct_traced_value ct_trace_argument(ct_trace self, size_t node, size_t index) {
  return trace(self).operations[node].arguments[index].value();
}

size_t ct_trace_result_count(ct_trace self, size_t node) {
  return trace(self).operations[node].results.size();
}

int64_t ct_trace_result(ct_trace self, size_t node, size_t index) {
  return trace(self).operations[node].results[index];
}

int64_t ct_trace_output(ct_trace self) { return trace(self).output; }

ct_traced_value ct_trace_shape(ct_trace self, int64_t tensor) {
  return trace(self).shapes[size_t(tensor)].value();
}

ct_status ct_trace_constant(ct_trace self, int64_t tensor, ct_tensor *out) {
  return guarded([&] {
    auto constant = jit::toIValue(trace(self).values[size_t(tensor)]);
    *out = constant && constant->isTensor() ? handle(constant->toTensor()) : ct_tensor{};
  });
}

ct_status ct_trace_save(ct_trace self, ct_trace wider, const ct_tensor *given, size_t count,
                        int64_t batch, const char *path) {
  return guarded([&] {
    auto graph = trace(self).graph->copy();
    free_batch(*graph, lengths(*graph, *trace(wider).graph, batch));
    {
      jit::WithInsertPoint start(*graph->nodes().begin());
      for (size_t i = 0; i < count; ++i) {
        auto *input = graph->inputs()[i + 1];
        if (input->hasUses())
          input->replaceAllUsesWith(graph->insertConstant(tensor(given[i]).detach()));
      }
    }
    while (graph->inputs().size() > 1) graph->eraseInput(graph->inputs().size() - 1);
    jit::EliminateDeadCode(graph);
    jit::EraseShapeInformation(graph);
    graph->inputs()[0]->setDebugName("images");
    graph->inputs()[0]->setType(c10::TensorType::get());
    jit::Module module("FacetNetwork");
    auto *owner = graph->insertInput(0, "self");
    owner->setType(module.type());
    auto *method = module._ivalue()->compilation_unit()->create_function(
        c10::QualifiedName(*module.type()->name(), "forward"), graph);
    module.type()->addMethod(method);
    module.eval();
    module.save(path);
  });
}
