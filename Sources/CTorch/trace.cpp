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

/// Replaces the first length of shapes by `-1` if it is the number of images traced with.
void free_batch(jit::Graph &graph, int64_t batch) {
  for (auto *node : graph.nodes()) {
    bool shapes = node->kind() == c10::aten::reshape || node->kind() == c10::aten::view;
    if (!shapes) continue;
    auto *list = node->input(1)->node();
    if (list->kind() != c10::prim::ListConstruct || list->inputs().empty()) continue;
    std::vector<int64_t> lengths;
    for (auto *length : list->inputs()) lengths.push_back(jit::constant_as<int64_t>(length).value());
    if (lengths[0] != batch) continue;
    auto type = node->output()->type()->expect<c10::TensorType>();
    lengths = type->sizes().concrete_sizes().value();
    jit::WithInsertPoint before(node);
    lengths[0] = -1;
    std::vector<jit::Value *> values;
    for (auto length : lengths) values.push_back(graph.insertConstant(length));
    auto *fresh = graph.insertNode(graph.createList(c10::IntType::get(), values))->output();
    node->replaceInput(1, fresh);
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

ct_status ct_trace_save(ct_trace self, const ct_tensor *given, size_t count, int64_t batch,
                        const char *path) {
  return guarded([&] {
    auto graph = trace(self).graph->copy();
    {
      jit::WithInsertPoint start(*graph->nodes().begin());
      for (size_t i = 0; i < count; ++i) {
        auto *input = graph->inputs()[i + 1];
        if (input->hasUses())
          input->replaceAllUsesWith(graph->insertConstant(tensor(given[i]).detach()));
      }
    }
    while (graph->inputs().size() > 1) graph->eraseInput(graph->inputs().size() - 1);
    free_batch(*graph, batch);
    jit::EliminateDeadCode(graph);
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
