import CommandKit
import FaceModels
import Foundation
import Torch

let modelsCommand = Command(
    "models", "Print backbones layer by layer (the paper's Tables 1 and 2).",
    positionals: [
        Positional(
            "backbone", "one backbone, e.g. mobilenetv1:width=0.5", isOptional: true,
            completion: .words(StudyOptions.backboneNames))
    ],
    options: [
        Option(
            "--input-size", .value("N"), "height and width of the input, in pixels; default 112"),
        Option("--json", .flag, "write the tables as JSON"),
    ],
    examples: ["facet models resnet50 --input-size 224"]
) { arguments in
    let size = try arguments.whole("--input-size", in: 16...4096) ?? 112
    let names =
        arguments.positional("backbone").map { [$0] } ?? BackboneCatalogue.descriptors.map(\.name)
    let models = try names.map { try ModelSummary(parsing: $0, inputSize: size) }
    if arguments.has("--json") {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        Console.output(String(decoding: try encoder.encode(models), as: UTF8.self))
    } else {
        Console.output(models.map(\.text).joined(separator: "\n\n"))
    }
    return .success
}

/// What is printed of a backbone.
private struct ModelSummary: Encodable {
    var name: String
    var title: String
    var paper: String
    var inputSize: Int
    var parameters: Int
    var multiplyAdds: Int
    var fileBytes: Int
    var table: LayerTable

    init(parsing text: String, inputSize: Int) throws {
        let specification = try BackboneSpecification(parsing: text)
        let backbone = try BackboneCatalogue.make(
            specification, inputSize: inputSize, initial: .zeros())
        name = specification.description
        title = specification.title
        paper = specification.descriptor.paper
        self.inputSize = inputSize
        table = backbone.layerTable(inputSize: inputSize)
        parameters = table.parameters
        multiplyAdds = table.multiplyAdds
        fileBytes = ModelFile.byteCount(backbone)
    }

    var text: String {
        let millions = { (count: Int) in String(format: "%.2f million", Double(count) / 1e6) }
        return """
            \(title) (\(name)), \(paper), input \(inputSize)x\(inputSize)

            \(table)

            parameters     \(millions(parameters))
            multiply-adds  \(millions(multiplyAdds)) an image
            file           \(String(format: "%.1f", Double(fileBytes) / 1e6)) MB (safetensors, float32)
            """
    }
}
