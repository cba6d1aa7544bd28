public import Torch

/// The vision transformers of insightface's arcface_torch, `vit_t`, `vit_s` and `vit_b` (after
/// Dosovitskiy et al., "An Image is Worth 16x16 Words", 2021).
///
/// Patches are 9x9, activations ReLU6, there is no class token, and the concatenated tokens enter the
/// embedding's linear layers: a network accepts only images of the size it was created for. In training, a
/// tenth of the tokens is masked and replaced before the embedding (`mask`), and branches are skipped at
/// random (`droppath`), as in the authors' code; both are off in evaluation. Attention and linear layers
/// are computed in the requested precision, normalisations and sums in that of the parameters. Parameters
/// have the names of the authors' state dicts.
public final class VisionTransformer: ConfigurableBackbone {
    /// Parameter: fraction of tokens masked in training.
    public static let mask = BackboneOptionKey<Double>.number(
        "mask", default: 0.1, in: 0...0.9, "fraction of the tokens that training leaves out")
    /// Parameter: probability of skipping the last block's branches in training.
    public static let dropPath = BackboneOptionKey<Double>.number(
        "droppath", default: 0.1, in: 0...0.9,
        "how often training skips the last block's branches; the first's never")

    /// A named size.
    private struct Plan {
        let name: String
        let title: String
        let channels: Int
        let blocks: Int
    }

    private static let plans = [
        Plan(name: "vit_t", title: "ViT-T", channels: 256, blocks: 12),
        Plan(name: "vit_s", title: "ViT-S", channels: 512, blocks: 12),
        Plan(name: "vit_b", title: "ViT-B", channels: 512, blocks: 24),
    ]
    private static let patch = 9
    /// Epsilon of the authors' normalisations of embeddings.
    private static let epsilon = 2e-5

    /// Names, paper and parameters of the three sizes.
    public static let descriptors = plans.map { plan in
        BackboneDescriptor(
            name: plan.name, title: plan.title,
            summary: "\(plan.blocks) transformer blocks of \(plan.channels) channels on patches of "
                + "9x9 pixels, as insightface has them.",
            paper: "Dosovitskiy et al. 2021", options: [mask.parameter, dropPath.parameter],
            minInputSize: 2 * patch)
    }

    /// Architecture and parameters of the network.
    public let specification: BackboneSpecification
    private let patches: Convolution
    private let patchBias: Tensor
    private let positions: Tensor
    private let maskToken: Tensor
    private let dropout: Dropout
    private let noise: BatchNoise
    private let blocks: [TransformerBlock]
    private let normalization: LayerNormalization
    private let reduction: Linear
    private let reduced: BatchNormalization
    private let embedding: Linear
    private let embedded: BatchNormalization?

    /// Creates a network with new weights.
    public init(
        _ specification: BackboneSpecification, inputSize: Int, initial: InitialWeights
    ) {
        guard let plan = Self.plans.first(where: { $0.name == specification.name }) else {
            preconditionFailure("\(specification.name) is not a vision transformer")
        }
        self.specification = specification
        let channels = specification.channels(plan.channels)
        let side = inputSize / Self.patch
        let tokens = side * side
        let proj = initial.child("patch_embed.proj")
        patches = Convolution(
            inputs: 3, outputs: channels, kernel: Self.patch, stride: Self.patch, padding: 0,
            initial: proj)
        patchBias = proj.uniform(
            "bias", [channels], bound: 1 / Double(3 * Self.patch * Self.patch).squareRoot())
        positions = initial.normal("pos_embed", [1, tokens, channels], standardDeviation: 0.02)
        maskToken = initial.normal("mask_token", [1, 1, channels], standardDeviation: 0.02)
        let feature = initial.child("feature")
        reduction = Linear(
            inputs: channels * tokens, outputs: channels, bias: false, standardDeviation: 0.02,
            initial: feature.child("0"))
        reduced = BatchNormalization(
            channels: channels, epsilon: Self.epsilon, initial: feature.child("1"))
        let size = specification[.embeddingSize]
        embedding = Linear(
            inputs: channels, outputs: size, bias: false, standardDeviation: 0.02,
            initial: feature.child("2"))
        embedded =
            specification[.normalizesEmbedding]
            ? BatchNormalization(
                channels: size, epsilon: Self.epsilon, initial: feature.child("3")) : nil
        noise = BatchNoise("mask", countedBy: reduced, initial: initial)
        dropout = Dropout(
            rate: specification[.dropout],
            noise: BatchNoise("dropout", countedBy: reduced, initial: initial))
        let (rate, last) = (specification[Self.dropPath], Double(plan.blocks - 1))
        blocks = (0..<plan.blocks).map { [reduced] index in
            TransformerBlock(
                channels: channels, dropout: specification[.dropout],
                dropPath: rate * Double(index) / last, countedBy: reduced,
                initial: initial.child("blocks.\(index)"))
        }
        normalization = LayerNormalization(size: channels, initial: initial.child("norm"))
    }

    /// Whether training masks tokens, skips branches or uses dropout.
    public var isRandomInTraining: Bool {
        specification[Self.mask] > 0 || specification[Self.dropPath] > 0
            || specification[.dropout] > 0
    }

    /// Parameters and buffers under the authors' names.
    public var state: [StateEntry] {
        let proj = patches.state + [StateEntry("bias", patchBias, .bias)]
        let first = [
            StateEntry("pos_embed", positions, .weight),
            StateEntry("mask_token", maskToken, .weight),
        ]
        return first + proj.prefixed("patch_embed.proj")
            + blocks.enumerated().flatMap { $1.state.prefixed("blocks.\($0)") }
            + normalization.state.prefixed("norm") + features.prefixed("feature")
    }

    private var features: [StateEntry] {
        reduction.state.prefixed("0") + reduced.state.prefixed("1")
            + embedding.state.prefixed("2") + (embedded?.state.prefixed("3") ?? [])
    }

    /// `[n, 3, inputSize, inputSize]` -> `[n, embeddingSize]`.
    public func callAsFunction(_ images: Tensor, training: Bool) -> Tensor {
        let map = patches(images, training: training)
        var tokens =
            map.reshaped([map.shape[0], map.shape[1], -1]).transposed(1, 2) + patchBias + positions
        tokens = dropout(tokens, training: training)
        let kept = training ? keptTokens(of: tokens.shape, device: tokens.device) : nil
        if let kept { tokens = tokens.gathered(1, kept) }
        for block in blocks { tokens = block(tokens, training: training) }
        return withFullPrecision(on: images.device) {
            tokens = normalization(tokens, training: training)
            if let kept { tokens = restored(tokens, kept) }
            let flat = tokens.reshaped([tokens.shape[0], -1])
            let narrow = reduced(reduction(flat, training: training), training: training)
            let embeddings = embedding(narrow, training: training)
            return embedded?(embeddings, training: training) ?? embeddings
        }
    }

    /// Indices of each image's unmasked tokens, `[n, kept, channels]`; nil for all.
    private func keptTokens(of shape: [Int], device: Device) -> Tensor? {
        let count = max(1, Int(Double(shape[1]) * (1 - specification[Self.mask])))
        guard count < shape[1] else { return nil }
        let order = noise.uniform([shape[0], shape[1]], device: device)
            .top(count, dim: 1, largest: false).indices
        return order.unsqueezed(2).expanded([shape[0], count, shape[2]])
    }

    /// All tokens at their positions, with the mask token for masked ones.
    private func restored(_ tokens: Tensor, _ kept: Tensor) -> Tensor {
        let shape = [tokens.shape[0], positions.shape[1], tokens.shape[2]]
        return maskToken.expanded(shape).copy().scattered(1, kept, tokens)
    }

    /// Patches, blocks and the two linear layers, one row each.
    public func layerTable(height: Int, width: Int) -> LayerTable {
        var trace = LayerTrace(height: height, width: width)
        let channels = positions.shape[2]
        trace.row(
            "patches", filter: "\(Self.patch)x\(Self.patch), \(channels)", stride: Self.patch
        ) {
            $0.pass(patches)
            $0.count([
                StateEntry("bias", patchBias, .bias), StateEntry("positions", positions, .weight),
                StateEntry("mask", maskToken, .weight),
            ])
        }
        let tokens = positions.shape[1]
        trace.row(
            "blocks", filter: "[\(channels), 8 heads; \(4 * channels)] x \(blocks.count)", stride: 1
        ) { trace in
            for block in blocks {
                trace.count(
                    block.state, multiplyAdds: block.multiplyAdds(tokens: tokens),
                    kept: TransformerBlock.keptMaps * tokens * channels)
            }
            trace.count(normalization.state)
        }
        trace.row("tokens", filter: "\(tokens * channels)x\(channels)", stride: 1) {
            $0.pass(reduction, reduced.state)
        }
        trace.row("embedding", filter: "\(channels)x\(embeddingSize)", stride: 1) {
            $0.pass(embedding, embedded?.state ?? [])
        }
        return trace.table
    }
}
