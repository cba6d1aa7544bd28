import FaceModels
import Foundation
import ModelFormats
import Torch

/// The user's description of a PyTorch state dict, of MXNet's parameters or of another program's safetensors file,
/// which do not state their network.
public struct StateDictOptions {
    /// The network, e.g. `iresnet50`; nil if it is not stated.
    public var backbone: String?
    /// Whether tensors may be missing, of another shape or left over.
    public var isPartial: Bool
    /// The command-line option for the network's channel order, for advice in messages.
    public var colourOption: String
    /// Receives messages on what was read from a file.
    public var log: (String) -> Void

    /// Creates options.
    public init(
        backbone: String? = nil, isPartial: Bool = false, colourOption: String = "--colour",
        log: @escaping (String) -> Void = { _ in }
    ) {
        self.backbone = backbone
        self.isPartial = isPartial
        self.colourOption = colourOption
        self.log = log
    }
}

/// The weights of a file that does not state their network.
struct NamelessWeights {
    let file: WeightFile
    /// What the file is called in messages.
    let kind: String
    let path: String

    /// Reads a PyTorch state dict or MXNet's parameters.
    ///
    /// - Throws: `ModelFormatsError` for a damaged file.
    init(_ url: URL) throws {
        path = url.path
        (file, kind) =
            ModelFileKind(url) == .mxnet
            ? (WeightFile(try MXNetParameters(url)), "an MXNet file of weights")
            : (WeightFile(try StateDict(url)), "a PyTorch file of weights (a state dict)")
    }

    /// Takes the content of another program's safetensors file.
    init(_ content: Safetensors.Content, path: String) {
        self.path = path
        (file, kind) = (WeightFile(content, path: path), "a safetensors file of weights")
    }
}

/// A backbone with the weights of a file that does not state its network.
struct StateDictNetwork {
    let backbone: any Backbone
    /// A summary of what was read from the file.
    let summary: String
    /// Whether it is a checkpoint in the layout of AdaFace's code.
    let isAdaFaces: Bool

    /// Fills the network of the options.
    ///
    /// - Throws: ``FaceModelsError`` for an unknown backbone, ``ModelFormatsError`` for a file
    ///   of another network, with the network that it fits best.
    init(
        _ weights: NamelessWeights, _ options: StateDictOptions, inputSize: Int, device: Device
    ) throws {
        let file = weights.file
        guard let text = options.backbone else {
            throw ModelFormatsError.misfit(
                path: weights.path,
                summary:
                    "is \(weights.kind), which does not say what network they are of; "
                    + Self.advice(file, inputSize))
        }
        let specification = try BackboneSpecification(parsing: text)
        // What a file lacks is random; the weights of a whole one need not be drawn, which takes a second.
        backbone = try BackboneCatalogue.make(
            specification, inputSize: inputSize,
            initial: options.isPartial
                ? InitialWeights(seed: 0, device: device) : .zeros(device: device))
        let match = WeightMatch(file, backbone.state)
        summary = match.summary
        isAdaFaces =
            match.part == "state_dict" && match.prefix == "model."
            && AdaFaceIR.descriptors.contains { $0.name == specification.name }
        guard match.isWhole || (options.isPartial && !match.fitted.isEmpty) else {
            throw ModelFormatsError.misfit(
                path: weights.path,
                summary: "does not fit \(specification): it has \(match.summary); "
                    + Self.advice(file, inputSize, besides: specification)
                    + (match.fitted.isEmpty ? "" : ", or take what fits with --partial"))
        }
        try match.load(into: backbone.state)
    }

    /// The network that a file's tensors are of, as the end of a sentence.
    private static func advice(
        _ file: WeightFile, _ inputSize: Int, besides given: BackboneSpecification? = nil
    ) -> String {
        let known = BackboneCatalogue.descriptors.map(\.name).joined(separator: ", ")
        guard let best = file.likelyNetworks(inputSize: inputSize).first else {
            return "no backbone has tensors of such names (\(known)), so give the network as "
                + "TorchScript"
        }
        if best.backbone == given { return "no other backbone fits better" }
        return "add --backbone \(best.backbone), which fits best: \(best.match.summary)"
    }
}
