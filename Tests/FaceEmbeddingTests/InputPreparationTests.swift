import FaceModels
import Foundation
import OpenVINO
import ONNX
import Testing

@testable import FaceEmbedding

/// What bytes become before they enter a network, and what a file says about it.
@Suite("Preparations of the input")
struct InputPreparationTests {
    @Test(
        "are said as formulas",
        arguments: [
            (InputPreparation.standard, "RGB as (byte - 127.5) / 127.5"),
            (.bytes, "RGB as bytes from 0 to 255"), (.unit, "RGB as byte / 255"),
            (
                .imageNet,
                "RGB as (byte - [123.675, 116.28, 103.53]) / [58.395, 57.12, 57.375]"
            ),
            (
                InputPreparation(.bgr, mean: [0], standardDeviation: [1]),
                "BGR as bytes from 0 to 255"
            ),
            (InputPreparation(mean: [128], standardDeviation: [1]), "RGB as (byte - 128) / 1"),
        ])
    func descriptions(_ preparation: InputPreparation, _ text: String) {
        #expect(preparation.description == text)
    }

    @Test("are asked for by options")
    func flags() {
        #expect(
            InputPreparation.imageNet.flags
                == "--colour rgb --input-mean 123.675,116.28,103.53 --input-deviation "
                + "58.395,57.12,57.375")
    }

    @Test("have all others in use beside them, each once")
    func alternatives() {
        let others = InputPreparation.standard.alternatives
        // Four ranges in two orders, except for itself.
        #expect(others.count == 7 && Set(others).count == 7 && !others.contains(.standard))
        #expect(InputPreparation(mean: [1], standardDeviation: [2]).alternatives.count == 9)
    }

    @Test("subtract and divide by channel, in the order of colours and the layout that is wanted")
    func prepared() {
        // Two images of two pixels: red, green and blue planes.
        let bytes = (0..<12).map { Float($0 * 10) }
        let rgb = InputPreparation(.rgb, mean: [1, 2, 3], standardDeviation: [1, 2, 10])
        let bgr = InputPreparation(.bgr, mean: [1, 2, 3], standardDeviation: [1, 2, 10])
        func value(_ byte: Int, _ channel: Int) -> Float {
            (Float(byte * 10) - [1, 2, 3][channel]) / [1, 2, 10][channel]
        }
        let planes = rgb.prepared(bytes, images: 2, isChannelsLast: false)
        #expect(planes == (0..<12).map { value($0, $0 / 2 % 3) })
        let pixels = bgr.prepared(bytes, images: 2, isChannelsLast: true)
        // Pixel by pixel, blue first: planes 2, 1 and 0 of image 0, then of image 1.
        let order = [4, 2, 0, 5, 3, 1, 10, 8, 6, 11, 9, 7]
        #expect(pixels == order.enumerated().map { value($1, $0 % 3) })
        #expect(rgb.prepared([], images: 0, isChannelsLast: true).isEmpty)
    }

    @Test("A request changes what it names, and is one of three numbers for ONNX only")
    func requests() {
        let none = RequestedInput()
        #expect(none.isEmpty && none.normalization() == .standard)
        #expect(none.applied(to: .imageNet) == .imageNet)
        for request in [
            RequestedInput(colourOrder: .bgr), RequestedInput(mean: [1]),
            RequestedInput(standardDeviation: [2]),
        ] { #expect(!request.isEmpty) }
        let all = RequestedInput(colourOrder: .bgr, mean: [1], standardDeviation: [2])
        #expect(
            all.normalization() == InputNormalization(mean: 1, standardDeviation: 2, order: .bgr))
        #expect(all.applied(to: .unit) == InputPreparation(.bgr, mean: [1], standardDeviation: [2]))
        #expect(RequestedInput(mean: [1, 2, 3]).normalization() == nil)
        #expect(RequestedInput(standardDeviation: [1, 2, 3]).normalization() == nil)
        let stated = InputNormalization(mean: 120, standardDeviation: 128, order: .bgr)
        #expect(RequestedInput().normalization(over: stated) == stated)
        #expect(
            RequestedInput(colourOrder: .rgb).normalization(over: stated)
                == InputNormalization(mean: 120, standardDeviation: 128, order: .rgb))
    }

    // MARK: ONNX

    private func read(_ name: String) throws -> (
        file: NetworkDescription, input: ONNXInput
    ) {
        let file = NetworkDescription(try ONNXFile(TinyONNX.url("\(name).onnx")))
        return (file, try ONNXInput(of: file))
    }

    @Test("A file tells how it takes images")
    func inputs() throws {
        let plain = try read("plain").input
        #expect(plain.name == "images" && plain.batch == nil && !plain.isChannelsLast)
        #expect(plain.size?.height == 16 && plain.size?.width == 16)
        #expect(plain.shape(side: 20, batch: plain.batch) == [nil, 3, 20, 20])
        #expect(try read("any-size").input.size == nil)
        let fixed = try read("fixed-batch").input
        #expect(fixed.shape(side: 16, batch: fixed.batch) == [2, 3, 16, 16])
        let last = try read("channels-last").input
        #expect(last.isChannelsLast && last.size?.width == 16)
        #expect(last.shape(side: 16, batch: nil) == [nil, 16, 16, 3])
        guard case .uint8 = try read("bytes").input.type else {
            Issue.record("not of bytes")
            return
        }
        for (name, reason) in [
            ("two-inputs", "it has 2 inputs ('images', 'other')"),
            ("rank-2", "its input has the shape [any, 768]"),
        ] {
            let path = try TinyONNX.url("\(name).onnx").path
            #expect(throws: FaceEmbeddingError.unfitNetwork(path: path, reason: reason)) {
                try read(name)
            }
        }
    }

    @Test(
        "A number of channels that a file leaves open is three, and another one is refused",
        arguments: [("?", nil), ("3", nil), ("1", "its input has the shape [any, 1, 16, 16]")])
    func channels(_ stated: String, _ reason: String?) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = folder.appendingPathComponent("a.xml")
        let description = """
            <?xml version="1.0"?><net name="a" version="11"><layers>
            <layer id="0" name="images" type="Parameter" version="opset1">
            <data shape="?,\(stated),16,16" element_type="f32" /><output><port id="0" precision="FP32" names="images">
            </port></output></layer>
            <layer id="1" name="r" type="Result" version="opset1" output_names="embeddings">
            <input><port id="0" precision="FP32"><dim>-1</dim><dim>8</dim></port></input></layer>
            </layers></net>
            """
        try Data(description.utf8).write(to: url)
        try Data([0]).write(to: folder.appendingPathComponent("a.bin"))
        let network = NetworkDescription(try IRFile(url))
        guard let reason else {
            let input = try ONNXInput(of: network)
            #expect(!input.isChannelsLast && input.shape(side: 16, batch: nil) == [nil, 3, 16, 16])
            return
        }
        #expect(throws: FaceEmbeddingError.unfitNetwork(path: url.path, reason: reason)) {
            _ = try ONNXInput(of: network)
        }
    }

    @Test(
        "A file's metadata comes first, then what its graph does, then convention",
        arguments: [
            (
                "stated", InputPreparation(.bgr, mean: [127.5], standardDeviation: [128]), true,
                "by the file's metadata"
            ),
            ("bytes", .bytes, false, "since its input is of bytes"),
            (
                "normalizing", .bytes, false,
                "since the network itself subtracts 127.5 and multiplies by 0.007843"
            ),
            ("dividing", .bytes, false, "since the network itself divides by 255"),
            (
                "adding", .unit, false,
                "since the network itself multiplies by 4.424779 and adds -1.986726"
            ),
            (
                "zero-deviation", .standard, false,
                "insightface's convention, as the file does not say it"
            ),
            (
                "unit", .unit, false,
                "since the network itself subtracts 0.449 and divides by 0.226"
            ),
            (
                "channels-last", .standard, false,
                "insightface's convention, as the file does not say it"
            ),
            ("plain", .standard, false, "insightface's convention, as the file does not say it"),
        ] as [(String, InputPreparation, Bool, String)])
    func found(
        _ name: String, _ preparation: InputPreparation, _ isCertain: Bool, _ reason: String
    ) throws {
        let (file, input) = try read(name)
        let found = ONNXPreparation(of: file, input, RequestedInput())
        #expect(found.preparation == preparation && found.isCertain == isCertain)
        #expect(found.reason == reason)
    }

    @Test("What is asked for comes before all, and is certain where it is all")
    func asked() throws {
        let (file, input) = try read("plain")
        let part = ONNXPreparation(of: file, input, RequestedInput(colourOrder: .bgr))
        #expect(
            part.preparation == InputPreparation(.bgr, mean: [127.5], standardDeviation: [127.5]))
        #expect(!part.isCertain && part.reason.hasPrefix("as asked for, and else insightface's"))
        let whole = ONNXPreparation(
            of: file, input, RequestedInput(colourOrder: .rgb, mean: [0], standardDeviation: [1]))
        #expect(whole.isCertain && whole.reason == "as asked for" && whole.preparation == .bytes)
    }
}
