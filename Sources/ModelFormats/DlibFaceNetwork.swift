public import FaceModels
public import Foundation
public import Torch

/// dlib's face recognition network from its own file, `dlib_face_recognition_resnet_model_v1.dat`.
public struct DlibFaceNetwork {
    /// The network: the catalogue's `dlib_resnet`.
    public let backbone: any Backbone
    /// Height and width of its images, in pixels.
    public let inputSize: Int
    /// The conversion of bytes to network input, without the mean colour, which the network
    /// subtracts itself.
    public let normalization = InputNormalization(mean: 0, standardDeviation: scale)

    /// The divisor of bytes in dlib.
    private static let scale = 256.0

    /// Reads a file.
    ///
    /// - Throws: ``ModelFormatsError`` if it cannot be read, is damaged, or contains another
    ///   network.
    public init(_ url: URL, device: Device = .cpu) throws(ModelFormatsError) {
        try self.init(WeightBytes.of(url), path: url.path, device: device)
    }

    /// Reads the bytes of a file.
    ///
    /// - Parameter path: The file's path, for messages.
    /// - Throws: As ``init(_:device:)``.
    public init(
        _ bytes: [UInt8], path: String, device: Device = .cpu
    ) throws(ModelFormatsError) {
        let network = try DlibNetwork(bytes, path: path)
        inputSize = network.inputSize
        var filler = try Filler(network, path: path)
        do {
            backbone = try BackboneCatalogue.make(
                .standard(DlibResNet.descriptor), inputSize: network.inputSize,
                initial: .zeros(device: device))
        } catch {
            throw .misfit(path: path, summary: "cannot be used: \(error.description)")
        }
        try filler.fill(backbone.state)
    }

    /// Copies the layers of a file to the parameters of a backbone, in order.
    private struct Filler {
        let path: String
        private let network: DlibNetwork
        private let parts: [DlibNetwork.Layer]
        private var next = 0
        /// The convolution before an affine layer; its bias becomes part of that layer.
        private var biases: [Float] = []

        init(_ network: DlibNetwork, path: String) throws(ModelFormatsError) {
            self.path = path
            self.network = network
            parts = network.layers.filter {
                switch $0 {
                case .affine, .convolution, .linear: true
                default: false
                }
            }
            try requireOrder()
        }

        mutating func fill(_ state: [StateEntry]) throws(ModelFormatsError) {
            for entry in state {
                let name = entry.name.split(separator: ".").last.map(String.init)
                switch (name, entry.tensor.rank) {
                case ("mean_color", _):
                    let mean = network.meanColor.map { Float($0 / scale) }
                    try assign(entry, mean, shape: [3])
                case ("weight", 4): try fillConvolution(entry)
                case ("weight", 2): try fillLinear(entry)
                case ("weight", _): try fillAffine(entry, isScale: true)
                case ("bias", _): try fillAffine(entry, isScale: false)
                // With these statistics, the normalisation computes the affine layer: it subtracts the
                // mean, which is minus the convolution's bias, and divides by a deviation of 1.
                case ("running_mean", _): try assign(entry, biases.map { -$0 }, shape: nil)
                case ("running_var", _):
                    let ones = [Float](repeating: 1 - 1e-5, count: entry.tensor.count)
                    try assign(entry, ones, shape: nil)
                default: continue
                }
            }
            guard next == parts.count else { throw misfit("it has more layers") }
        }

        /// dlib's layers in order, without those that have no weights.
        private func requireOrder() throws(ModelFormatsError) {
            let unit = "ca"
            let same = "\(unit)r\(unit)+r"
            let halving = "\(unit)r\(unit)p+r"
            let expected =
                "\(unit)rm" + String(repeating: same, count: 3) + halving
                + String(repeating: same, count: 3)
                + String(repeating: halving + same + same, count: 2) + halving + "pl"
            let found = String(
                network.layers.map { layer -> Character in
                    switch layer {
                    case .add: "+"
                    case .affine: "a"
                    case .averagePool: "p"
                    case .convolution: "c"
                    case .linear: "l"
                    case .maxPool: "m"
                    case .relu: "r"
                    }
                })
            guard found == expected else {
                let index = zip(found, expected).prefix { $0 == $1 }.count
                throw misfit(
                    index < network.layers.count
                        ? "its layer \(index + 1) is \(network.layers[index].name)"
                        : "it has \(network.layers.count) layers")
            }
            try requireWindows()
        }

        private func requireWindows() throws(ModelFormatsError) {
            var convolutions = 0
            for (index, layer) in network.layers.enumerated() {
                let isWhole = index == network.layers.count - 2
                let fits =
                    switch layer {
                    case .maxPool(let window, let stride): window == 3 && stride == 2
                    case .averagePool(let window, let stride):
                        isWhole ? window == 0 : window == 2 && stride == 2
                    case .convolution(let layer):
                        layer.padding == (layer.stride == 1 ? layer.shape[2] / 2 : 0)
                            && layer.stride == (Self.halving.contains(convolutions) ? 2 : 1)
                    default: true
                    }
                if case .convolution = layer { convolutions += 1 }
                guard fits else {
                    throw misfit("its layer \(index + 1) has another window, stride or padding")
                }
            }
        }

        /// Indices of the convolutions that halve their map.
        private static let halving: Set = [0, 7, 15, 21, 27]

        private mutating func part() throws(ModelFormatsError) -> DlibNetwork.Layer {
            guard next < parts.count else { throw misfit("it has fewer layers") }
            defer { next += 1 }
            return parts[next]
        }

        private mutating func fillConvolution(_ entry: StateEntry) throws(ModelFormatsError) {
            guard case .convolution(let layer) = try part() else {
                throw misfit("its convolutions are in another order")
            }
            biases = layer.biases
            try assign(entry, layer.filters, shape: layer.shape)
        }

        private mutating func fillAffine(
            _ entry: StateEntry, isScale: Bool
        ) throws(ModelFormatsError) {
            if !isScale { next -= 1 }
            guard case .affine(let scale, let shift) = try part() else {
                throw misfit("its convolutions are in another order")
            }
            try assign(entry, isScale ? scale : shift, shape: nil)
        }

        private mutating func fillLinear(_ entry: StateEntry) throws(ModelFormatsError) {
            guard case .linear(let inputs, let outputs, let weights) = try part() else {
                throw misfit("it does not end in a linear map")
            }
            let byOutput = (0..<outputs).flatMap { output in
                (0..<inputs).map { weights[$0 * outputs + output] }
            }
            try assign(entry, byOutput, shape: [outputs, inputs])
        }

        private func assign(
            _ entry: StateEntry, _ values: [Float], shape: [Int]?
        ) throws(ModelFormatsError) {
            let shape = shape ?? [values.count]
            guard shape == entry.tensor.shape else {
                throw misfit("\(entry.name) is \(shape), not \(entry.tensor.shape)")
            }
            guard values.allSatisfy(\.isFinite) else {
                throw .notFinite(path: path, name: entry.name)
            }
            entry.tensor.assign(Tensor(values, shape: shape))
        }

        private func misfit(_ difference: String) -> ModelFormatsError {
            .misfit(
                path: path,
                summary: "is a network of dlib's, but not dlib's face recognition network: "
                    + "\(difference); give dlib_face_recognition_resnet_model_v1.dat")
        }
    }
}
