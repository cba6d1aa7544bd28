import Foundation
import ONNX
import OpenVINO
import Testing
import Torch

@testable import ModelExport

/// A network of one operation or a few.
private struct SmallNetwork: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let body: @Sendable (Tensor) -> Tensor

    init(_ name: String, _ body: @escaping @Sendable (Tensor) -> Tensor) {
        testDescription = name
        self.body = body
    }

    /// Height and width of its images.
    static let side = 10

    /// A row of numbers an image.
    func callAsFunction(_ images: Tensor) -> Tensor {
        body(images).reshaped([images.shape[0], -1])
    }

    func exported(to url: URL) throws {
        let trace = try BatchTrace(of: [], title: testDescription, side: Self.side) { self($0) }
        let graph = ONNXGraph(name: "operation", producer: ("test", "1"))
        graph.addInput(
            ExportedNetwork.input, type: .float32, shape: [nil, 3, Self.side, Self.side])
        let made = try ONNXConverter.convert(
            trace, into: graph, from: ExportedNetwork.input, ONNXOptions(), title: testDescription)
        graph.addNode("Identity", [made.output], output: "rows")
        let length = try #require(trace.trace.shape(of: trace.trace.output).last)
        graph.addOutput("rows", type: .float32, shape: [nil, length])
        try graph.data(irVersion: 7, operatorVersion: made.operatorVersion).write(to: url)
    }

    static func images(_ count: Int) -> Tensor {
        let images = Tensor.zeros([count, 3, side, side])
        images.fillUniform(-2..<2, seed: 3)
        return images
    }
}

@Suite(
    "Operations as ONNX",
    .enabled("OpenVINO is not installed; scripts/bootstrap openvino installs it") {
        OpenVINOLibrary.isAvailable
    })
struct OperationTests {
    fileprivate static let networks = [
        SmallNetwork("x times the normal distribution function") { $0.gelu() },
        SmallNetwork("squares") { $0.square() },
        SmallNetwork("zeros at the end of each dimension but the first") {
            $0.padded(to: [$0.shape[0], 5, 11, 13])
        },
        SmallNetwork("windows as columns") { $0.unfolded(kernel: 3, stride: 2, padding: 1) },
        SmallNetwork("overlapping windows as columns") { $0.unfolded(kernel: 4) },
        SmallNetwork("means of even windows") { $0.averagePooled(toHeight: 5, width: 2) },
        SmallNetwork("means of uneven windows") { $0.averagePooled(toHeight: 3, width: 7) },
        SmallNetwork("more means than values") { $0.averagePooled(toHeight: 13, width: 12) },
        SmallNetwork("as many means as values") { $0.averagePooled(toHeight: 10, width: 10) },
        SmallNetwork("one mean") { $0.averagePooled(toHeight: 1, width: 1) },
        SmallNetwork("largest of windows over the edge") {
            $0.maxPooledOverEdges(kernel: 3, stride: 2)
        },
        SmallNetwork("largest of padded windows over the edge") {
            $0.maxPooledOverEdges(kernel: 3, stride: 2, padding: 1)
        },
        SmallNetwork("factors that are made while the network runs") {
            $0 * Tensor([0.5, 2, -1] as [Float], shape: [1, 3, 1, 1])
        },
        SmallNetwork("channels in the opposite order") { $0.flipped(1) },
        SmallNetwork("a constant beside each image") { images in
            let edge = images.filled(like: 0.75, shape: [images.shape[0], 2, 10, 10])
            return .concatenated([edge, images, edge], dim: 1)
        },
        SmallNetwork("images behind channels, and before them again") { images in
            let turned = images.permuted([1, 0, 2, 3]).reshaped([3, images.shape[0] * 100])
            return (turned * turned).reshaped([3, images.shape[0], 10, 10])
                .permuted([1, 0, 2, 3])
        },
        SmallNetwork("a length that is the number of images of a recording") { images in
            images.narrowed(1, 0..<2).permuted([1, 0, 2, 3])
                .reshaped([2, images.shape[0], 100]).permuted([1, 0, 2])
        },
    ]

    @Test("OpenVINO computes what LibTorch does, for any number of images", arguments: networks)
    fileprivate func equal(network: SmallNetwork) throws {
        try SeasonedNetwork.file { url in
            try network.exported(to: url)
            let side = SmallNetwork.side
            let made = try OpenVINONetwork(url, shape: [nil, 3, side, side], threads: 1)
            for count in [1, 2, 5] {
                let images = SmallNetwork.images(count)
                let values = try made(images.array(), shape: images.shape).values
                #expect(relativeDifference(network(images).array(), values) < 1e-5)
            }
        }
    }

    @Test("An operation without a form in ONNX is named")
    func noForm() throws {
        let network = SmallNetwork("sums so far") { $0.cumulativeSum(3) }
        try SeasonedNetwork.file { url in
            let error = #expect(throws: ModelExportError.self) { try network.exported(to: url) }
            #expect(
                error?.description.contains("there is no equivalent of 'aten::cumsum'") == true,
                "\(String(describing: error))")
        }
    }

    @Test("A network that computes otherwise for another number of images is refused")
    func otherwise() throws {
        let network = SmallNetwork("two networks") { $0.shape[0] == 2 ? $0.relu() : $0.abs() }
        #expect(throws: ModelExportError.self) {
            try SeasonedNetwork.file { try network.exported(to: $0) }
        }
    }
}
