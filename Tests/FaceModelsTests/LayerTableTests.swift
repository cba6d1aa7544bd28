import FaceModels
import Testing
import Torch

@Suite("Tables of layers")
struct LayerTableTests {
    private func make(_ text: String) throws -> any Backbone {
        try BackboneCatalogue.make(BackboneSpecification(parsing: text), initial: .zeros())
    }

    @Test("Parameters and multiply-adds are those that torchvision's and timm's networks have")
    func counts() throws {
        for trunk in try Golden.load().trunks {
            let backbone = try make(trunk.backbone)
            let head = backbone.state.parameters.filter { $0.name.hasPrefix("embedding.") }
            let linear = try #require(head.first { $0.name == "embedding.linear.weight" })
            #expect(backbone.state.parameterCount - head.parameterCount == trunk.parameters)
            for (size, expected) in trunk.multiplyAdds {
                let sides = size.split(separator: "x").compactMap { Int($0) }
                let table = backbone.layerTable(height: sides[0], width: sides[1])
                #expect(table.parameters == backbone.state.parameterCount)
                #expect(
                    table.multiplyAdds - linear.tensor.count == expected,
                    "\(trunk.backbone) \(size)")
            }
        }
    }

    /// With 1,000 classes, as the papers have: He et al. say 3.8 billion, torchvision says 4.09, and
    /// Howard et al. 569 million and 4.2 million parameters.
    @Test(
        "The papers' own numbers",
        arguments: [
            ("resnet50", 3.858e9, 25_557_032), ("resnet50:stride=3x3", 4.089e9, 25_557_032),
            ("mobilenetv1", 0.569e9, 4_231_976),
        ])
    func papers(_ text: String, multiplyAdds: Double, parameters: Int) throws {
        let backbone = try make("\(text)\(text.contains(":") ? "," : ":")bn=off,embedding=1000")
        let table = backbone.layerTable(inputSize: 224)
        #expect(abs(Double(table.multiplyAdds) / multiplyAdds - 1) < 1e-3)
        #expect(table.parameters == parameters)
    }

    @Test("ResNet50's rows are the paper's Table 1")
    func resNet50() throws {
        let table = try make("resnet50").layerTable(inputSize: 224)
        #expect(
            table.rows.map(\.layer) == [
                "conv1", "conv2_x", "conv2_x", "conv3_x", "conv4_x", "conv5_x", "average pool",
                "embedding",
            ])
        #expect(table.rows.map(\.output.height) == [112, 56, 56, 28, 14, 7, 1, 1])
        #expect(table.rows.map(\.output.channels) == [64, 64, 256, 512, 1024, 2048, 2048, 512])
        #expect(
            table.rows.map(\.filter) == [
                "7x7, 64", "3x3 max pool", "[1x1, 64; 3x3, 64; 1x1, 256] x 3",
                "[1x1, 128; 3x3, 128; 1x1, 512] x 4", "[1x1, 256; 3x3, 256; 1x1, 1024] x 6",
                "[1x1, 512; 3x3, 512; 1x1, 2048] x 3", "7x7", "2048x512",
            ])
        #expect(table.rows.map(\.stride) == [2, 2, 1, 2, 2, 2, 1, 1])
    }

    @Test("MobileNetV1's rows are the paper's Table 1")
    func mobileNetV1() throws {
        let table = try make("mobilenetv1").layerTable(inputSize: 224)
        #expect(table.rows.count == 1 + 26 + 2)
        #expect(
            table.rows.map { "\($0.layer) s\($0.stride) \($0.filter) \($0.input)" } == [
                "Conv s2 3x3x3x32 224x224x3",
                "Conv dw s1 3x3x32 dw 112x112x32", "Conv s1 1x1x32x64 112x112x32",
                "Conv dw s2 3x3x64 dw 112x112x64", "Conv s1 1x1x64x128 56x56x64",
                "Conv dw s1 3x3x128 dw 56x56x128", "Conv s1 1x1x128x128 56x56x128",
                "Conv dw s2 3x3x128 dw 56x56x128", "Conv s1 1x1x128x256 28x28x128",
                "Conv dw s1 3x3x256 dw 28x28x256", "Conv s1 1x1x256x256 28x28x256",
                "Conv dw s2 3x3x256 dw 28x28x256", "Conv s1 1x1x256x512 14x14x256",
            ]
                + (0..<5).flatMap { _ in
                    ["Conv dw s1 3x3x512 dw 14x14x512", "Conv s1 1x1x512x512 14x14x512"]
                } + [
                    "Conv dw s2 3x3x512 dw 14x14x512", "Conv s1 1x1x512x1024 7x7x512",
                    "Conv dw s1 3x3x1024 dw 7x7x1024", "Conv s1 1x1x1024x1024 7x7x1024",
                    "average pool s1 7x7 7x7x1024", "embedding s1 1024x512 1x1x1024",
                ])
    }

    @Test("The text is aligned and ends with the sums")
    func text() throws {
        let table = try make("resnet50:width=0.25").layerTable()
        let lines = "\(table)".split(separator: "\n")
        #expect(lines.count == table.rows.count + 2)
        #expect(Set(lines.map(\.count)).count == 1)
        #expect(lines[0].hasPrefix("layer "))
        #expect(lines.last?.hasSuffix("  \(table.multiplyAdds)") == true)
    }

    @Test("Facts are the table's sums")
    func facts() throws {
        let backbone = try make("mobilenetv1:width=0.25")
        let table = backbone.layerTable(inputSize: 96)
        #expect(
            backbone.facts(inputSize: 96)
                == ModelFacts(
                    title: "MobileNetV1 x0.25", parameters: table.parameters,
                    multiplyAdds: table.multiplyAdds, embeddingSize: 512, inputSize: 96))
    }
}
