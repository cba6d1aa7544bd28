public import FaceConfiguration
import FaceEvaluation
import FaceLosses
import FaceModels
import FaceTraining
import Spelling
import Torch

extension StudyConfiguration {
    /// The keys of a study, in the order of Documentation/StudyFile.md.
    public static let keys = ConfigurationKeys(
        StudyConfiguration(),
        [
            .text(
                "recipe", \.recipe, "a recipe", flag: .init("--recipe", "NAME"), mayBeAbsent: true,
                suggestions: Recipe.all.map(\.name),
                "published settings to start from; `facet recipes` lists them",
                check: Recipe.fault),
            .list("train", \.train, TrainSource.keys),
            .list("test", \.test, TestSource.keys),
            .texts(
                "backbones", \.backbones, "a backbone", flag: .init("--backbones", "LIST", .list),
                suggestions: BackboneCatalogue.descriptors.map(\.name),
                "as `mobilenetv1:width=0.5`; `facet models` lists them"
            ) { text in reason { _ = try BackboneSpecification(parsing: text) } },
            .texts(
                "losses", \.losses, "a loss", flag: .init("--losses", "LIST", .list),
                suggestions: LossCatalogue.descriptors.map(\.name),
                "as `arcface:m=0.4,s=32`, or `arcface@STUDY` with the values that were chosen there; "
                    + "`facet losses` lists them"
            ) { text in reason { _ = try LossRequest(parsing: text) } },
            .text(
                "sampler", \.sampler, flag: .init("--sampler", "NAME"),
                suggestions: ["auto", "shuffle"],
                "`auto` (each loss's own), `shuffle`, or `pk:PxK` for all losses"),
            .seeds(
                "seeds", \.seeds,
                flag: .init(
                    "--seeds", "N|LIST", .countOrList,
                    note: "how many, from 1 on, or a list with commas"),
                "every cell is trained once per seed"),
            .whole(
                "inputSize", \.inputSize, in: 16...1024, unit: "pixels",
                flag: .init("--input-size", "N"), "height and width of the input"),
            .word(
                "precision", \.precision,
                among: ["auto", "float32", "fp32", "bfloat16", "bf16"],
                flag: .init("--precision", "NAME"), "precision of convolutions and matrix products"),
            .text(
                "device", \.device, "a device", flag: .init("--device", "NAME"),
                suggestions: ["auto", "cpu", "cuda"], "`auto`, `cpu`, `cuda` or `cuda:N`"
            ) {
                isDevice($0) ? nil : "\(quoted: $0) is not a device: use auto, cpu, cuda or cuda:N"
            },
            .whole(
                "threads", \.threads, in: 0...4096, flag: .init("--threads", "N"),
                "threads per operation; 0 for one per available core"),
            .word(
                "kernels", \.kernels, among: ["auto"] + Kernels.allCases.map(\.rawValue),
                flag: .init("--kernels", "NAME"),
                "the most advanced kernels for convolutions and normalisation"),
            .section("input", \.input, Input.keys),
            .section("start", \.start, Start.keys),
            .section("training", \.training, TrainingConfiguration.keys),
            .section("evaluation", \.evaluation, Evaluation.keys),
            .section("validation", \.validation, Validation.keys),
            .section("tuning", \.tuning, Tuning.keys),
        ])

    /// Why a body fails; nil when it does not.
    fileprivate static func reason(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch { return "\(error)" }
    }

    private static func isDevice(_ name: String) -> Bool {
        let index = name.hasPrefix("cuda:") ? Int(name.dropFirst(5)) : nil
        return ["auto", "cpu", "cuda"].contains(name) || (index ?? -1) >= 0
    }
}

extension StudyConfiguration.TrainSource {
    /// The keys of a training set.
    static let keys = ConfigurationKeys(
        Self(name: "", images: ""),
        [
            .text("name", \.name, isRequired: true, "name in tables and file names"),
            .text("images", \.images, isRequired: true, "as after `NAME=` in `--train`"),
            .optionalText(
                "without", \.without, "a list of identities and images to leave out; optional"),
            .optionalText(
                "terms", \.terms,
                "terms of use of the set, in words; kept with runs, models and report; optional"
            ),
        ])
}

extension StudyConfiguration.TestSource {
    /// The keys of a test set.
    static let keys = ConfigurationKeys(
        Self(name: "", images: ""),
        [
            .text("name", \.name, isRequired: true, "name in tables and file names"),
            .text(
                "images", \.images, isRequired: true,
                "a `.bin`, a folder of images, `synthetic:pairs` or `synthetic:templates`"),
            .text(
                "pairs", \.pairs, mayBeAbsent: true,
                "a list of pairs, `FP` or `FF` for CFP, or MegaFace's folder of lists; optional"),
        ])
}

extension StudyConfiguration.Evaluation {
    /// The keys of the evaluation.
    static let keys = ConfigurationKeys(
        Self(),
        [
            .whole(
                "pairsEachEpoch", \.pairsEachEpoch, in: 0...100_000_000,
                flag: .init("--pairs-each-epoch", "N"),
                "pairs tested after each epoch but the last, which sees all; 0 for all"),
            .whole("batchSize", \.batchSize, in: 1...1_000_000, "images per batch"),
            .text(
                "scoreNorm", \.scoreNorm, "a normalisation of scores",
                flag: .init("--score-norm", "NAME"), suggestions: ["none", "z", "t", "s", "as"],
                "how scores on sets of templates are normalised: `none`, `z`, `t`, `s`, or `as:N` for "
                    + "adaptive s-norm with the N highest of the cohort (`as`: 200)"
            ) {
                $0 == "none" || ScoreNormalization($0) != nil
                    ? nil
                    : "\(quoted: $0) is not one: use none, z, t, s, as or as:N with N from 2 on"
            },
            .text(
                "cohort", \.cohort, flag: .init("--cohort", "PATH"), mayBeAbsent: true,
                "people for normalising scores, as after `NAME=` in `--train`; those of the "
                    + "training set unless given"),
            .word(
                "templateWeights", \.templateWeights, among: TemplatePooling.named.map(\.name),
                flag: .init("--template-weights", "NAME"),
                "weights of a template's images: the norm of the embedding, the detector's "
                    + "confidence if the set has it, both, or none"),
            .text(
                "attributes", \.attributes, flag: .init("--attributes", "FILE"), mayBeAbsent: true,
                "groups of people, a CSV whose first column is `person` or `image`: error rates by group"
            ),
            .text(
                "quality", \.quality, flag: .init("--quality", "FILE"), mayBeAbsent: true,
                "qualities of the test images, a name and a number per line, for error against rejection, "
                    + "in addition to the norm of the embeddings"),
            .word(
                "failures", \.failures, among: ["refuse", "count"],
                flag: .init("--failures", "NAME"),
                "treatment of test images that cannot be read or decoded: an error, or failures to "
                    + "enrol (ISO/IEC 19795-1)"),
        ])
}

extension StudyConfiguration.Validation {
    /// The keys of the validation.
    static let keys = ConfigurationKeys(
        Self(),
        [
            .number(
                "identities", \.identities, in: .range(0...0.5),
                flag: .init("--validation", "identities=X", .assignment("identities")),
                "fraction of the training identities held out to choose an epoch on, e.g. 0.05"),
            .whole(
                "pairs", \.pairs, in: 2...100_000_000, "maximum number of pairs of their images"),
        ])
}

extension StudyConfiguration.Tuning {
    /// The keys of the tuning.
    static let keys = ConfigurationKeys(
        Self(),
        [
            .whole(
                "tries", \.tries, in: 0...10_000, flag: .init("--tune", "N"),
                "settings tried for every loss, including the default, scored on held-out training "
                    + "identities; 0 for no tuning"),
            .whole(
                "epochs", \.epochs, in: 0...100_000, flag: .init("--tune-epochs", "N"),
                "epochs of a try; 0 for as many as a run has"),
            .flag(
                "halving", \.halving, flag: .init("--tune-halving", "", .presence),
                "successive halving: whether the better half of shorter tries get longer ones, from the same budget"
            ),
            .flag(
                "weightDecay", \.weightDecay, flag: .init("--tune-weight-decay", "", .presence),
                "whether the weight decay is tuned as well"),
            .texts(
                "spaces", \.spaces, "ranges of a loss",
                "ranges that replace the losses' own: `arcface:m=0.2..0.6,s=16..64 log`, "
                    + "`all:learningRate=0.01..0.2`, `center:weight=off`"
            ) { text in
                StudyConfiguration.reason { _ = try SearchSpaceText(parsing: text) }
            },
        ])
}
