import FaceLosses
import FaceConfiguration
import Testing
import Torch

@Suite("The catalogue of losses")
struct LossCatalogueTests {
    /// A loss that the catalogue does not have.
    private final class ForeignLoss: ConfigurableLoss {
        static let descriptor = LossDescriptor(
            name: "foreign", title: "Foreign", summary: "", paper: "", equation: "")
        let state: [StateEntry] = []
        init(_ setup: LossSetup) {}
        func evaluate(
            embeddings: Tensor, labels: Tensor, progress: LossProgress
        ) -> LossOutput { LossOutput(loss: embeddings.sum()) }
    }

    private let initial = InitialWeights(seed: 1, path: "head")

    @Test("begins with the paper's five; names, presets and parameters differ")
    func names() {
        let descriptors = LossCatalogue.descriptors
        #expect(
            descriptors.map(\.name).prefix(5)
                == ["softmax", "asoftmax", "amsoftmax", "arcface", "marginal"])
        let names = descriptors.flatMap { [$0.name] + $0.presets.map(\.name) }
        #expect(Set(names).count == names.count)
        let spoken = descriptors.flatMap { descriptor in
            [descriptor.name] + descriptor.aliases
                + descriptor.presets.flatMap { [$0.name] + $0.aliases }
        }.map(Names.folded)
        #expect(Set(spoken).count == spoken.count, "two losses answer to one name")
        for descriptor in descriptors {
            let parameters = descriptor.parameters.flatMap { [$0.name] + $0.aliases }
            #expect(Set(parameters.map(Names.folded)).count == parameters.count)
            #expect(parameters.allSatisfy { FormerNames.parameters[$0] == nil })
            for text in [
                descriptor.title, descriptor.summary, descriptor.paper, descriptor.equation,
            ] { #expect(!text.isEmpty) }
        }
    }

    @Test("has only defaults and presets that are allowed")
    func values() {
        for descriptor in LossCatalogue.descriptors {
            for parameter in descriptor.parameters {
                #expect(parameter.allows(parameter.defaultValue), "\(parameter.name)")
                #expect(!parameter.summary.isEmpty && !parameter.allowed.isEmpty)
            }
            for preset in descriptor.presets {
                for (name, value) in preset.values {
                    #expect(descriptor.parameter(named: name)?.allows(value) == true, "\(name)")
                }
            }
        }
    }

    @Test("makes the loss it is asked for")
    func make() throws {
        for type in LossCatalogue.all where Losses.names.contains(type.descriptor.name) {
            let specification = try LossSpecification(parsing: type.descriptor.name)
            let loss = try LossCatalogue.make(
                specification, classes: 3, embeddingSize: 4, initial: initial)
            let made = String(describing: Swift.type(of: loss))
            if type.descriptor.joinsClassification {
                #expect(specification.name == "softmax+\(type.descriptor.name)")
                #expect(made == "JointLoss")
            } else {
                #expect(made == String(describing: type))
            }
        }
    }

    @Test("refuses what cannot be made")
    func refusals() throws {
        let softmax = try LossSpecification(parsing: "softmax")
        for (classes, size) in [(0, 4), (3, 0), (-1, 1)] {
            let error = #expect(throws: FaceLossesError.self) {
                _ = try LossCatalogue.make(
                    softmax, classes: classes, embeddingSize: size, initial: initial)
            }
            #expect(
                error?.description == "a loss needs at least 1 class and embeddings of at least 1 "
                    + "component, not \(classes) and \(size)")
        }
        let error = #expect(throws: FaceLossesError.self) {
            _ = try LossCatalogue.make(
                LossSpecification(ForeignLoss.descriptor), classes: 3, embeddingSize: 4,
                initial: initial)
        }
        #expect(error?.description.hasPrefix("unknown loss 'foreign'; the losses are") == true)
    }
}
