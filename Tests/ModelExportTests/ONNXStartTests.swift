import FaceEmbedding
import FaceEvaluation
import FaceModels
import Foundation
import ModelFormats
import ONNX
import OpenVINO
import Testing
import Torch

@testable import ModelExport

@Suite(
    "Weights inside of ONNX networks",
    .enabled("OpenVINO is not installed; scripts/bootstrap openvino installs it") {
        OpenVINOLibrary.isAvailable
    })
struct ONNXStartTests {
    /// A network with other weights, to be given those of a file.
    private func untrained(_ text: String, side: Int) throws -> any Backbone {
        try BackboneCatalogue.make(
            try BackboneSpecification(parsing: text), inputSize: side,
            initial: InitialWeights(seed: 99))
    }

    private func match(
        _ url: URL, _ network: any Backbone, side: Int, isPartial: Bool = false
    ) throws -> WeightMatch {
        try PretrainedWeights(url).match(
            network.state, of: network.specification, inputSize: side, isPartial: isPartial)
    }

    private func embeddings(_ network: any Backbone, _ images: Tensor) -> [Float] {
        withoutGradients { network(images, training: false) }.array()
    }

    @Test(
        "They are found by their order, folded normalisations too, and give the same embeddings",
        arguments: [
            "mobilenetv1:width=0.25", "resnet50:width=0.25", "iresnet18", "ir50:width=0.25",
            "mobilefacenet", "mobilenetv2:width=0.25", "mobilenetv3_small", "vit_t",
            "edgenext_xx_small", "googlenet", "inception_resnet_v1", "facenet_nn2", "alexnet",
            "deepid", "dlib_resnet",
        ])
    func found(name: String) throws {
        let network = try SeasonedNetwork(name)
        let images = Tensor.zeros([3, 3, network.side, network.side])
        images.fillUniform(-1..<1, seed: 4)
        try SeasonedNetwork.file { url in
            try network.exported().onnx(ONNXOptions(), version: "test").write(to: url)
            let other = try untrained(name, side: network.side)
            let found = try match(url, other, side: network.side)
            #expect(found.isWhole && found.proof.contains("verified: OpenVINO gives the same"))
            #expect(found.proof.contains("mask_token") == name.hasPrefix("vit"))
            try found.load(into: other.state)
            let expected = embeddings(network.backbone, images)
            #expect(relativeDifference(expected, embeddings(other, images)) < 1e-3)
        }
    }

    @Test(
        "Where normalisations are not folded, the weights are those of the original",
        arguments: ["resnet50:width=0.25", "iresnet18", "vit_t"])
    func kept(name: String) throws {
        let network = try SeasonedNetwork(name)
        try SeasonedNetwork.file { url in
            try network.exported().onnx(ONNXOptions(foldsBatchNorm: false), version: "test")
                .write(to: url)
            let other = try untrained(name, side: network.side)
            try match(url, other, side: network.side).load(into: other.state)
            for (own, taken) in zip(network.backbone.state, other.state)
            where !own.name.hasSuffix("num_batches_tracked") && own.name != "mask_token" {
                #expect(own.tensor.array(of: Float.self) == taken.tensor.array(of: Float.self))
            }
        }
    }

    @Test(
        "What the graph does with its input belongs to how the network is given images",
        arguments: [false, true])
    func prepared(isRawInput: Bool) throws {
        let network = try SeasonedNetwork("mobilenetv1:width=0.25")
        let normalization = InputNormalization(mean: 120, standardDeviation: 128, order: .bgr)
        let exported = try ExportedNetwork(
            network.backbone,
            ModelFile.Metadata(inputSize: network.side, normalization: normalization))
        for order in ColourOrder.allCases {
            try SeasonedNetwork.file { url in
                try exported.onnx(
                    ONNXOptions(isRawInput: isRawInput, colourOrder: order), version: "test"
                ).write(to: url)
                let weights = try PretrainedWeights(url)
                #expect(weights.normalization == normalization)
                let other = try untrained("mobilenetv1:width=0.25", side: network.side)
                let found = try match(url, other, side: network.side)
                #expect(found.proof.contains("verified: OpenVINO gives the same"))
            }
        }
    }

    @Test("Weights of all shapes in a network that computes something else are refused")
    func otherwise() throws {
        let network = try SeasonedNetwork("resnet50:width=0.25,stride=3x3")
        try SeasonedNetwork.file { url in
            try network.exported().onnx(ONNXOptions(), version: "test").write(to: url)
            let other = try untrained("resnet50:width=0.25,stride=1x1", side: network.side)
            let error = #expect(throws: ModelFormatsError.self) {
                try match(url, other, side: network.side)
            }
            #expect(error?.description.contains("computes something else") == true)
        }
    }

    @Test("What does not fit is listed, and less than all is not taken")
    func misfits() throws {
        let network = try SeasonedNetwork("mobilenetv1:width=0.25")
        try SeasonedNetwork.file { url in
            try network.exported().onnx(ONNXOptions(), version: "test").write(to: url)
            for isPartial in [false, true] {
                let other = try untrained("mobilenetv1:width=0.5", side: network.side)
                let error = #expect(throws: ModelFormatsError.self) {
                    try match(url, other, side: network.side, isPartial: isPartial)
                }
                let text = error?.description ?? ""
                #expect(text.contains("missing: ") && text.contains("not the network's: "))
                #expect(text.contains("convolution 'Conv_0'"), "\(text)")
            }
        }
    }

    @Test("Weights that are rounded to integers are none to start from")
    func quantized() throws {
        let network = try SeasonedNetwork("mobilenetv1:width=0.25")
        let ranges = [
            ExportedNetwork.input: ActivationRange(low: -1, high: 1, means: [0, 0, 0])
        ]
        try SeasonedNetwork.file { url in
            try network.exported().onnx(
                ONNXOptions(), ranges: ranges, terms: nil, version: "test"
            ).write(to: url)
            let error = #expect(throws: FaceEmbeddingError.self) { try PretrainedWeights(url) }
            #expect(error?.description.contains("rounded to integers") == true)
        }
    }

    @Test(
        "A network that PyTorch's own exporter wrote gives PyTorch's embeddings",
        .enabled("FACET_EXPORT_PYTHON names no Python with torch and onnx") {
            ProcessInfo.processInfo.environment["FACET_EXPORT_PYTHON"] != nil
        })
    func foreign() throws {
        let python = try #require(ProcessInfo.processInfo.environment["FACET_EXPORT_PYTHON"])
        let fixtures = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
        try SeasonedNetwork.file { url in
            let arrays = ["input", "output"].map { url.appendingPathExtension("\($0).npy") }
            defer { arrays.forEach { try? FileManager.default.removeItem(at: $0) } }
            let script = fixtures.appendingPathComponent("export_iresnet.py")
            let process = try Process.run(
                URL(fileURLWithPath: python),
                arguments: [script.path, url.path] + arrays.map(\.path))
            process.waitUntilExit()
            try #require(process.terminationStatus == 0)
            let other = try untrained("iresnet18:width=0.125,embedding=32", side: 32)
            let found = try match(url, other, side: 32)
            #expect(found.isWhole && found.proof.contains("verified: OpenVINO gives the same"))
            try found.load(into: other.state)
            let images = try NumPyArray.read(arrays[0])
            let made = embeddings(other, Tensor(images.values, shape: images.shape))
            #expect(relativeDifference(try NumPyArray.read(arrays[1]).values, made) < 1e-4)
        }
    }

    @Test(
        "Names and the order of weights in the file say nothing",
        .enabled("FACET_ONNX_PYTHON names no Python with onnx") {
            ProcessInfo.processInfo.environment["FACET_ONNX_PYTHON"] != nil
        }, arguments: ["mobilefacenet", "vit_t", "iresnet18"])
    func renamed(name: String) throws {
        let python = try #require(ProcessInfo.processInfo.environment["FACET_ONNX_PYTHON"])
        let fixtures = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
        let network = try SeasonedNetwork(name)
        try SeasonedNetwork.file { url in
            try network.exported().onnx(ONNXOptions(), version: "test").write(to: url)
            let script = fixtures.appendingPathComponent("rename_weights.py")
            let process = try Process.run(
                URL(fileURLWithPath: python), arguments: [script.path, url.path])
            process.waitUntilExit()
            try #require(process.terminationStatus == 0)
            let written = Set(try ONNXFile(url).weights.map(\.name))
            #expect(network.backbone.state.allSatisfy { !written.contains($0.name) })
            let other = try untrained(name, side: network.side)
            #expect(try match(url, other, side: network.side).isWhole)
        }
    }
}
