import CommandKit
import FaceModels
import FaceStudy
import Foundation
import Torch

let modelsCommand = Command(
    "models", "List the backbones, or print one layer by layer (the paper's Tables 1 and 2).",
    positionals: [
        Positional(
            "backbone", "one backbone, e.g. mobilenetv1:width=0.5", isOptional: true,
            completion: .words(StudyOptions.backboneNames))
    ],
    options: [
        Option(
            "--input-size", .value("N"), "height and width of the input, in pixels; default 112"),
        Option(
            "--batch-size", .value("N"),
            "images of the training step whose memory is shown; "
                + "default 32"),
        Option(
            "--measure", .flag,
            "measure images per second and the memory of a training step on this machine"),
        Option("--json", .flag, "write the tables as JSON"),
    ],
    examples: ["facet models resnet50 --input-size 224", "facet models iresnet50 --measure"]
) { arguments in
    let size = try arguments.whole("--input-size", in: 16...4096) ?? 112
    let batchSize = try arguments.whole("--batch-size", in: 2...65536) ?? 32
    let name = arguments.positional("backbone")
    let models = try (name.map { [$0] } ?? BackboneCatalogue.descriptors.map(\.name)).map {
        try ModelSummary(
            parsing: $0, inputSize: size, isChosen: name != nil, batchSize: batchSize,
            measures: arguments.has("--measure"))
    }
    if arguments.has("--json") {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        Console.output(String(decoding: try encoder.encode(models), as: UTF8.self))
    } else if let model = models.first, name != nil {
        Console.outputWrapped(model.text)
    } else {
        Console.outputWrapped(ModelList(models: models, batchSize: batchSize).text)
    }
    return .success
}

/// The printed data of a backbone.
private struct ModelSummary: Encodable {
    var name: String
    var title: String
    var paper: String
    var recipe: BackboneRecipe?
    var inputSize: Int
    var embeddingSize: Int
    var layers: Int
    var parameters: Int
    var multiplyAdds: Int
    var fileBytes: Int
    var batchSize: Int
    var trainingBytes: Int
    var measured: BackboneMeasurement?
    var table: LayerTable

    /// Describes a backbone.
    ///
    /// - Parameter isChosen: Whether it was requested by name; in a list, a backbone that requires larger
    ///   images is shown with its smallest input size.
    init(
        parsing text: String, inputSize: Int, isChosen: Bool, batchSize: Int, measures: Bool
    ) throws {
        let specification = try BackboneSpecification(parsing: text)
        let size =
            isChosen ? inputSize : max(inputSize, specification.descriptor.minInputSize)
        let backbone = try BackboneCatalogue.make(
            specification, inputSize: size, initial: .zeros())
        name = specification.description
        title = specification.title
        paper = specification.descriptor.paper
        recipe = specification.descriptor.recipe
        self.inputSize = size
        embeddingSize = backbone.embeddingSize
        layers = backbone.state.count { $0.role == .weight && [2, 4].contains($0.tensor.rank) }
        table = backbone.layerTable(inputSize: size)
        parameters = table.parameters
        multiplyAdds = table.multiplyAdds
        fileBytes = ModelFile.byteCount(backbone)
        self.batchSize = batchSize
        trainingBytes = table.trainingBytes(batchSize: batchSize)
        measured =
            measures
            ? try BackboneMeasurement(specification, inputSize: size, batchSize: batchSize) : nil
    }

    var text: String {
        var lines = [
            "\(title) (\(name)), \(paper), input \(inputSize)x\(inputSize)", "", "\(table)", "",
            "layers         \(layers) with weights",
            "parameters     \(Self.millions(parameters)) million",
            "multiply-adds  \(Self.millions(multiplyAdds)) million per image",
            "file           \(Self.megabytes(fileBytes)) MB (safetensors, float32)",
            "training       about \(Self.megabytes(trainingBytes)) MB for a batch of \(batchSize) "
                + "(float32)",
        ]
        if let measured {
            lines.append("measured       \(Self.words(measured))")
        }
        if let recipe {
            lines.append("recipe         \(Self.words(recipe))")
            lines.append("published      \(recipe.published)")
        }
        return lines.joined(separator: "\n")
    }

    static func words(_ recipe: BackboneRecipe) -> String {
        "\(recipe.loss), \(recipe.inputSize)x\(recipe.inputSize), \(recipe.embeddingSize)-d"
    }

    private static func words(_ measured: BackboneMeasurement) -> String {
        let compute = measured.compute
        let memory = measured.trainingBytes.map { ", \(megabytes(Int(clamping: $0))) MB" } ?? ""
        return "\(rate(measured.trainedPerSecond)) images/s trained in batches of "
            + "\(measured.batchSize)\(memory); \(rate(measured.embeddedPerSecond)) images/s "
            + "embedded (\(compute.device), \(compute.precision), \(compute.threads) threads)"
    }

    static func rate(_ value: Double) -> String {
        String(format: value < 100 ? "%.1f" : "%.0f", value)
    }

    static func millions(_ count: Int) -> String { String(format: "%.2f", Double(count) / 1e6) }

    static func megabytes(_ count: Int) -> String { String(format: "%.1f", Double(count) / 1e6) }
}

/// The backbones, one row each.
private struct ModelList {
    let models: [ModelSummary]
    let batchSize: Int

    private var header: [String] {
        ["backbone", "input", "embedding", "layers", "parameters", "mult-adds", "training"]
            + (isMeasured ? ["trained/s", "embedded/s"] : []) + ["paper", "recipe", "published"]
    }

    private var isMeasured: Bool { models.contains { $0.measured != nil } }

    private func cells(_ model: ModelSummary) -> [String] {
        var cells = [
            model.name, "\(model.inputSize)", "\(model.embeddingSize)", "\(model.layers)",
            "\(ModelSummary.millions(model.parameters)) M",
            "\(ModelSummary.millions(model.multiplyAdds)) M",
            "\(ModelSummary.megabytes(model.trainingBytes)) MB",
        ]
        if let measured = model.measured {
            cells.append(ModelSummary.rate(measured.trainedPerSecond))
            cells.append(ModelSummary.rate(measured.embeddedPerSecond))
        }
        return cells + [
            model.paper, model.recipe.map(ModelSummary.words) ?? "",
            model.recipe?.published ?? "",
        ]
    }

    var text: String {
        let lines = [header] + models.map(cells)
        let numbers = 1..<(isMeasured ? 9 : 7)
        let widths = header.indices.map { column in
            lines.map { $0[column].count }.max() ?? 0
        }
        let rows = lines.map { line in
            zip(line, widths).enumerated().map { column, cell in
                let padding = String(repeating: " ", count: cell.1 - cell.0.count)
                return numbers.contains(column) ? padding + cell.0 : cell.0 + padding
            }.joined(separator: "  ").trimmingSuffix()
        }
        return
            (rows + [
                "",
                "training: about the memory of a step with \(batchSize) images in float32; facet models "
                    + "NAME prints the layers.",
            ]).joined(separator: "\n")
    }
}

extension String {
    /// The text without trailing spaces.
    fileprivate func trimmingSuffix() -> String {
        String(reversed().drop { $0 == " " }.reversed())
    }
}
