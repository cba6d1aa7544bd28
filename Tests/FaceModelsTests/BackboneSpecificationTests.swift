import FaceModels
import Foundation
import Testing

@Suite("A backbone's specification")
struct BackboneSpecificationTests {
    @Test(
        "Text has one canonical form and one title",
        arguments: [
            ("resnet50", "resnet50", "ResNet50"),
            ("resnet50:stride=1x1", "resnet50", "ResNet50"),
            ("resnet50:stride=3x3", "resnet50:stride=3x3", "ResNet50 (stride=3x3)"),
            (
                "resnet50:width=0.50, stride=3x3,bn=off ,embedding=256",
                "resnet50:bn=off,embedding=256,stride=3x3,width=0.5",
                "ResNet50 x0.5 (bn=off, embedding=256, stride=3x3)"
            ),
            (" mobilenetv1 : width=.25 ", "mobilenetv1:width=0.25", "MobileNetV1 x0.25"),
            ("mobilenetv1:width=0.25", "mobilenetv1:width=0.25", "MobileNetV1 x0.25"),
            ("MobileNet:Width=0.5", "mobilenetv1:width=0.5", "MobileNetV1 x0.5"),
            ("ResNet-50:embedding_size=256", "resnet50:embedding=256", "ResNet50 (embedding=256)"),
            ("mobilenetv1:width=2", "mobilenetv1:width=2", "MobileNetV1 x2"),
            ("mobilenetv1:width=1e0,embedding=512,bn=on", "mobilenetv1", "MobileNetV1"),
        ])
    func canonical(text: String, canonical: String, title: String) throws {
        let specification = try BackboneSpecification(parsing: text)
        #expect(specification.description == canonical)
        #expect(specification.title == title)
        #expect(try BackboneSpecification(parsing: canonical) == specification)
    }

    @Test(
        "What is wrong is said in one sentence",
        arguments: [
            ("", "unknown backbone ''; the backbones are \(known)"),
            ("resnet5", "unknown backbone 'resnet5'; did you mean 'resnet50'?"),
            ("MobilenetV22", "unknown backbone 'MobilenetV22'; did you mean 'mobilenetv2'?"),
            (
                "r50",
                "'r50' is not the same backbone everywhere: insightface means IResNet-50 by it, "
                    + "others ResNet-50 (He et al. 2016); use iresnet50 or resnet50"
            ),
            ("vgg", "unknown backbone 'vgg'; the backbones are \(known)"),
            ("resnet50:", Self.malformed("", "resnet50:")),
            ("resnet50:width", Self.malformed("width", "resnet50:width")),
            ("resnet50:width=", Self.malformed("width=", "resnet50:width=")),
            ("resnet50:=1", Self.malformed("=1", "resnet50:=1")),
            ("resnet50:width=1=2", Self.malformed("width=1=2", "resnet50:width=1=2")),
            ("resnet50:width=1,", Self.malformed("", "resnet50:width=1,")),
            (
                "resnet50:bn=on,bn=off",
                "'resnet50:bn=on,bn=off' gives bn twice; keep one of them"
            ),
            ("resnet50:widht=1", "resnet50 has no parameter 'widht'; did you mean 'width'?"),
            (
                "mobilenetv1:stride=3x3",
                "mobilenetv1 has no parameter 'stride'; its parameters are bn, dropout, embedding, "
                    + "width"
            ),
            ("resnet50:width=0", Self.width("0")), ("resnet50:width=4.01", Self.width("4.01")),
            ("resnet50:width=nan", Self.width("nan")), ("resnet50:width=inf", Self.width("inf")),
            ("resnet50:width=-1", Self.width("-1")), ("resnet50:width=a", Self.width("a")),
            ("resnet50:embedding=1", Self.embedding("1")),
            ("resnet50:embedding=8193", Self.embedding("8193")),
            ("resnet50:embedding=2.5", Self.embedding("2.5")),
            ("resnet50:embedding=99999999999999999999", Self.embedding("99999999999999999999")),
            ("resnet50:bn=yes", "bn of resnet50 is 'yes'; it must be 'on' or 'off'"),
            ("resnet50:stride=5x5", "stride of resnet50 is '5x5'; it must be '1x1' or '3x3'"),
        ])
    func message(text: String, message: String) {
        #expect {
            try BackboneSpecification(parsing: text)
        } throws: { error in
            "\(error)" == message
        }
    }

    private static let known =
        "resnet50, mobilenetv1 (MobileNet), mobilenetv2, mobilenetv3_large, mobilenetv3_small, "
        + "iresnet18 (r18), iresnet34 (r34), iresnet50, iresnet100 (r100), iresnet200 (r200), ir50, "
        + "irse50, mobilefacenet (mbf), mobilefacenet_large (mbf_large), vit_t, vit_s, vit_b, "
        + "edgenext_xx_small, edgenext_x_small, edgenext_small, "
        + "alexnet, googlenet (inception_v1), facenet_nn2 (nn2), inception_resnet_v1 (facenet), "
        + "deepface, deepid, dlib_resnet (dlib)"
    private static func malformed(_ setting: String, _ text: String) -> String {
        "'\(setting)' in '\(text)' is not of the form name=value, as in "
            + "'resnet50:stride=3x3,width=0.5'"
    }
    private static func width(_ value: String) -> String {
        "width of resnet50 is '\(value)'; it must be a number from 0.05 to 4"
    }
    private static func embedding(_ value: String) -> String {
        "embedding of resnet50 is '\(value)'; it must be a whole number from 2 to 8192"
    }

    @Test("Settings are read with their types, or their defaults")
    func values() throws {
        let standard = try BackboneSpecification(parsing: "resnet50")
        #expect(standard == .standard(ResNet50.descriptor))
        #expect(standard[.width] == 1)
        #expect(standard[.embeddingSize] == 512)
        #expect(standard[.normalizesEmbedding])
        #expect(standard[ResNet50.stridePosition] == .first)
        let other = try BackboneSpecification(
            parsing: "resnet50:width=0.5,embedding=128,bn=off,stride=3x3")
        #expect(other[.width] == 0.5)
        #expect(other[.embeddingSize] == 128)
        #expect(!other[.normalizesEmbedding])
        #expect(other[ResNet50.stridePosition] == .middle)
    }

    @Test("In JSON it is its text")
    func codable() throws {
        let specification = try BackboneSpecification(parsing: "mobilenetv1:width=0.25,bn=off")
        let data = try JSONEncoder().encode([specification])
        #expect(String(decoding: data, as: UTF8.self) == #"["mobilenetv1:bn=off,width=0.25"]"#)
        #expect(
            try JSONDecoder().decode([BackboneSpecification].self, from: data) == [specification])
        let known = Self.known.split(separator: ", ").map(String.init)
        #expect(throws: FaceModelsError.unknownBackbone("x", known: known)) {
            try JSONDecoder().decode([BackboneSpecification].self, from: Data(#"["x"]"#.utf8))
        }
    }

    @Test(
        "Channels are rounded to multiples of 8",
        arguments: [
            ("1", 3, 3), ("0.25", 32, 8), ("0.25", 1024, 256), ("0.05", 32, 8), ("1.1", 32, 32),
            ("1.1", 64, 72), ("0.3", 64, 24), ("0.75", 32, 24), ("0.4", 30, 16), ("4", 512, 2048),
        ])
    func channels(width: String, count: Int, expected: Int) throws {
        let text = "mobilenetv1:width=\(width)"
        #expect(try BackboneSpecification(parsing: text).channels(count) == expected)
    }
}
