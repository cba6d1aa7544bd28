import CommandKit
import FaceStudy
import Foundation

let recipesCommand = Command(
    "recipes", "List published training settings, or print one as a study file.",
    discussion: """
        facet compare --recipe NAME starts from such settings; flags and a study file override them. \
        The study file states where this program or its networks differ from the publication.
        """,
    positionals: [
        Positional(
            "name", "one recipe, e.g. arcface-casia-r50", isOptional: true,
            completion: .words(Recipe.all.map(\.name)))
    ],
    examples: ["facet recipes", "facet recipes arcface-casia-r50 > study.json5"]
) { arguments in
    if let name = arguments.positional("name") {
        Console.output(String(try Recipe.named(name).studyFile.dropLast()))
        return .success
    }
    Console.outputWrapped(
        Recipe.all.map { recipe in
            let limits = recipe.limits.map { "\n    not as published: \($0)" }.joined()
            return "\(recipe.name)\n    \(recipe.title)\n    \(recipe.source)\(limits)"
        }.joined(separator: "\n"))
    return .success
}
