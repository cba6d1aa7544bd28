import FaceModels
import Foundation
import Testing
import Torch

/// `Fixtures/golden.json`: what torchvision's and timm's networks give in float64.
struct Golden: Decodable, Sendable {
    var cases: [GoldenCase]
    /// What networks have in front of the embedding layer.
    var trunks: [GoldenTrunk]

    static func load() throws -> Golden { try content.get() }

    private static let content = Result { try read() }

    private static func read() throws -> Golden {
        let url = try #require(
            Bundle.module.url(forResource: "Fixtures/golden", withExtension: "json"))
        return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
    }
}

/// The size of a network without its embedding layer.
struct GoldenTrunk: Decodable, Sendable {
    var backbone: String
    var parameters: Int
    /// Of one image, by its size, e.g. `112x112`.
    var multiplyAdds: [String: Int]
}

/// One network, one batch, and what comes out forth and back.
struct GoldenCase: Decodable, Sendable {
    var backbone: String
    var batch: Int
    var height: Int
    var width: Int
    var training: Bool
    var smooth: Bool
    var outputs: [Double]
    var firstOutputs: [Double]
    var imageGradient: [Double]
    var gradients: [String: [Double]]
    var buffers: [String: [Double]]
}

/// The same pass, taken by Facet.
struct ReferencePass {
    let state: [StateEntry]
    let images: Tensor
    let outputs: Tensor

    init(
        backbone text: String, batch: Int, height: Int, width: Int, training: Bool, smooth: Bool,
        type: ElementType, format: MemoryFormat = .contiguous
    ) throws {
        let backbone = try BackboneCatalogue.make(
            BackboneSpecification(parsing: text), initial: .zeros(type: type))
        state = backbone.state
        FormulaWeights.load(into: state, smooth: smooth)
        images =
            FormulaWeights.uniform("images", shape: [batch, 3, height, width], type: type)
            .contiguous(format).withGradient()
        outputs = backbone(images, training: training)
        let weights = FormulaWeights.uniform("loss", shape: outputs.shape, type: type)
        (outputs * weights).sum().backward()
    }
}

/// A tensor told by two numbers, and how far another pair is from it.
enum Projection {
    private static let vector = FormulaWeights.uniform("projection", count: 1 << 22)

    /// The L2 norm, and the projection onto the formula's numbers.
    static func of(_ tensor: Tensor) -> [Double] {
        let flat = tensor.detached().to(.float64).reshaped([-1])
        let projected = (flat * Tensor(Array(vector[..<flat.count]))).sum().item()
        return [flat.norm().item(), projected]
    }

    /// The larger difference, relative to the expected norm.
    static func distance(_ tensor: Tensor, _ expected: [Double]) -> Double {
        let found = of(tensor)
        let worst = max(abs(found[0] - expected[0]), abs(found[1] - expected[1]))
        return worst / max(expected[0], .leastNormalMagnitude)
    }
}
