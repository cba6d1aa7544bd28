extension LossCatalogue {
    /// The reference of all losses, as Markdown: a section each, from its description.
    public static var reference: String { reference(of: descriptors) }

    /// The reference of some losses.
    public static func reference(of descriptors: [LossDescriptor]) -> String {
        let introduction = """
            # The losses

            What each loss is, with its paper, its conventions and what goes wrong with it. In the
            equations x is an embedding, W_j and b_j are class weights and biases, θ_j is the angle
            between x and W_j, y is the label, N the size of the batch and C the number of classes; a
            hat means divided by the length. Written by `facet losses --markdown` from the losses'
            own descriptions.

            ## Overview

            A loss is named as `arcface`, with parameters as `arcface:m=0.4,s=32`; terms of pairs and
            centres join any loss that classifies, as in `arcface+center:weight=0.003`, and alone they
            stand beside the softmax. Names count in any case, with or without hyphens and `loss` at
            their ends, and by the other names that are listed: `ArcFace`, `AM-Softmax`,
            `cross_entropy`. Tables show a loss as it was asked for. `sphereface` is A-Softmax as its
            paper has it; the later variants are `sphereface-r` and `sphereface2`. Names that are in
            use for several losses, such as `margin`, are refused with advice.

            Margin losses let their margin and their scale grow over the run by default; the presets
            with `-paper` in their names have a paper's constants from the first step.

            """
        let sections = descriptors.map { "\n" + $0.section }
        return introduction + sections.joined()
    }
}

extension LossDescriptor {
    fileprivate var section: String {
        """
        ## \(title) (`\(name)`)

        \(summary)

        \(otherNames)- **Paper**: \(paper)
        - **Equation**: `\(equation)`
        \(facts)\(parameterTable)\(presetList)
        """
    }

    private var otherNames: String {
        aliases.isEmpty ? "" : "- **Also**: \(aliases.joined(separator: ", "))\n"
    }

    private var facts: String {
        let rows = [
            ("Normalised", guide.normalization), ("Gradient", guide.gradient),
            ("When to use it", guide.use), ("Pitfalls", guide.pitfalls),
            (
                "Batches",
                prefersIdentityBatches
                    ? "several images of each identity (P x K)"
                    : identityBatchValues.isEmpty
                        ? "any"
                        : "any; P x K with "
                            + identityBatchValues.map { "`\($0)=\($1)`" }.sorted()
                            .joined(separator: ", ")
            ),
        ]
        return rows.filter { !$1.isEmpty }.map { "- **\($0)**: \($1)\n" }.joined()
    }

    private var parameterTable: String {
        guard !parameters.isEmpty else { return "- **Parameters**: none\n" }
        let rows = parameters.map {
            "| \(([$0.name] + $0.aliases).map { "`\($0)`" }.joined(separator: ", ")) | "
                + "\($0.defaultValue) | \($0.allowed) | \($0.summary) |\n"
        }
        return "\n| parameter | default | allowed | meaning |\n|---|---|---|---|\n" + rows.joined()
    }

    private var presetList: String {
        guard !presets.isEmpty else { return "" }
        let rows = presets.map { preset in
            let values = preset.values.map { "\($0)=\($1)" }.sorted().joined(separator: ",")
            let names = ([preset.name] + preset.aliases).map { "`\($0)`" }.joined(separator: ", ")
            return "- \(names): \(preset.summary)"
                + (values.isEmpty ? "\n" : " (`\(values)`)\n")
        }
        return "\nPresets:\n\n" + rows.joined()
    }
}
