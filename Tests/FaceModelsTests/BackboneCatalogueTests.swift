import FaceModels
import Testing
import Torch

@Suite("The catalogue of backbones")
struct BackboneCatalogueTests {
    @Test("Names differ, and every description is complete")
    func descriptors() {
        let descriptors = BackboneCatalogue.descriptors
        #expect(Set(descriptors.map(\.name)).count == descriptors.count)
        for descriptor in descriptors {
            #expect(!descriptor.title.isEmpty && !descriptor.paper.isEmpty)
            #expect(descriptor.summary.hasSuffix("."))
            #expect(descriptor.options.map(\.name) == descriptor.options.map(\.name).sorted())
            #expect(descriptor.options.allSatisfy { !$0.summary.isEmpty })
        }
    }

    @Test(
        "Every default and every word is a value that parses",
        arguments: BackboneCatalogue.descriptors)
    func defaults(_ descriptor: BackboneDescriptor) throws {
        for option in descriptor.options {
            let text = "\(descriptor.name):\(option.name)=\(option.defaultValue)"
            #expect(try BackboneSpecification(parsing: text).description == descriptor.name)
            guard case .word(let words) = option.domain else { continue }
            for word in words where word != option.defaultValue.description {
                let text = "\(descriptor.name):\(option.name)=\(word)"
                #expect(try BackboneSpecification(parsing: text).description == text)
            }
        }
    }

    @Test("Too small images are refused")
    func smallInput() throws {
        let specification = try BackboneSpecification(parsing: "mobilenetv1:width=0.05")
        #expect {
            try BackboneCatalogue.make(specification, inputSize: 15, initial: .zeros())
        } throws: {
            "\($0)"
                == "images of 15x15 pixels are too small for MobileNetV1; use 16x16 or more"
        }
        let backbone = try BackboneCatalogue.make(
            specification, inputSize: 16, initial: .zeros())
        #expect(backbone.specification == specification)
    }

    @Test("A backbone of nobody's is refused")
    func foreign() throws {
        let descriptor = BackboneDescriptor(name: "toy", title: "Toy", summary: "", paper: "")
        let known = BackboneCatalogue.descriptors.map(\.name)
        #expect(throws: FaceModelsError.unknownBackbone("toy", known: known)) {
            try BackboneCatalogue.make(.standard(descriptor), initial: .zeros())
        }
    }
}
