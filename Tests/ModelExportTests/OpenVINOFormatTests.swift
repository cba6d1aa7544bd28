import FaceEmbedding
import FaceEvaluation
import FaceModels
import Foundation
import Testing
import Torch

@testable import ModelExport
@testable import OpenVINO

@Suite("OpenVINO's own format")
struct OpenVINOFormatTests {
    private static let description = """
        <?xml version="1.0"?>
        <net name="a" version="11">
        <layers>
        <layer id="0" name="images" type="Parameter" version="opset1">
        <data shape="?,3,112,112" element_type="f32" /><output><port id="0" precision="FP32" names="images">
        <dim>-1</dim><dim>3</dim></port></output></layer>
        <layer id="1" name="q" type="FakeQuantize" version="opset1"/>
        <layer id="2" name="r/sink_port_0" type="Result" version="opset1" output_names="embeddings">
        <input><port id="0" precision="FP32"><dim>-1</dim><dim>512</dim></port></input></layer>
        </layers>
        <rt_info><info value="2026"/><framework><mean value="127.5" /><terms value="a &lt; &amp;lt; > &quot;b&quot;" />
        </framework><other value="1"/></rt_info>
        </net>
        """

    private func file(_ text: String, weights: Bool = true, _ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = folder.appendingPathComponent("a.xml")
        try Data(text.utf8).write(to: url)
        if weights { try Data([0]).write(to: folder.appendingPathComponent("a.bin")) }
        try body(url)
    }

    @Test("A description says what goes in and out, and what its writer says of it")
    func read() throws {
        try file(Self.description) { url in
            let file = try IRFile(url)
            #expect(
                file.inputs
                    == [IRFile.Value(name: "images", type: "f32", shape: [nil, 3, 112, 112])])
            #expect(
                file.outputs == [IRFile.Value(name: "embeddings", type: "fp32", shape: [nil, 512])])
            #expect(file.metadata == ["mean": "127.5", "terms": "a < &lt; > \"b\""])
            #expect(file.isQuantized)
        }
    }

    @Test(
        "Half a description, and one without weights, are refused, and no part of it stops the program"
    )
    func damaged() throws {
        try file(Self.description, weights: false) { url in
            #expect {
                _ = try IRFile(url)
            } throws: {
                "\($0)".contains("its weights, 'a.bin', are not beside it")
            }
        }
        let text = Array(Self.description.utf8)
        for length in stride(from: 0, to: text.count - 8, by: 7) {
            let part = String(decoding: text[..<length], as: UTF8.self)
            try file(part) { url in
                #expect(throws: OpenVINOError.self) { _ = try IRFile(url) }
            }
            var tags = XMLTags(part)
            while tags.next() != nil {}
        }
    }

    @Test("Only a network's description is one")
    func kinds() {
        #expect(IRFile.isDescription(Self.description))
        #expect(!IRFile.isDescription("<?xml version=\"1.0\"?><net/>"))
        #expect(!IRFile.isDescription("<annotation><net version=\"1\">"))
        #expect(!IRFile.isDescription("text"))
    }

    @Test(
        "A network is written in both files, embeds as the original, and keeps what is known of it",
        .enabled("OpenVINO is not installed; scripts/bootstrap openvino installs it") {
            OpenVINOLibrary.isAvailable
        }, arguments: [false, true])
    func exported(isRawInput: Bool) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let network = try SeasonedNetwork("mobilenetv1:width=0.25")
        let model = folder.appendingPathComponent("model.safetensors")
        let face = (0..<28 * 28).map { UInt8($0 * 7 % 256) }
        try ModelFile.write(
            network.backbone, ModelFile.Metadata(inputSize: network.side, meanFace: face), to: model
        )
        let exporter = ModelExporter(
            .openvino, onnx: ONNXOptions(isRawInput: isRawInput), version: "test",
            embedding: EmbeddingOptions(
                compute: ComputeConfiguration(
                    device: .cpu, precision: .float32, memoryFormat: .contiguous, threads: 1)))
        let target = folder.appendingPathComponent("a.xml")
        let comparison = try exporter.export(model, to: target)
        #expect(comparison.smallestCosine > 0.99999)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(Set(files) == ["a.bin", "a.xml", "model.safetensors"])
        guard case .network(let made) = try EmbeddingSource.open(target, exporter.embedding) else {
            Issue.record("no network")
            return
        }
        #expect(made.inputSize == network.side && made.meanFace == face.map(Double.init))
    }
}
