import FaceLosses
import Foundation
import Testing

@Suite("Loss specifications")
struct LossSpecificationTests {
    @Test(
        "are written in one way",
        arguments: [
            ("arcface", "arcface"), ("arcface:m=0.5", "arcface"),
            ("arcface:s=32,m=0.4", "arcface:m=0.4,s=32"),
            (" arcface : s = 32.0 , m=.4 ", "arcface:m=0.4,s=32"),
            ("arcface:s=auto,grad=exact", "arcface:grad=exact"),
            ("arcface-paper", "arcface:grad=exact,s=64,scaleWarmup=0,warmup=0"),
            ("arcface-paper:s=30,grad=detached,scaleWarmup=1", "arcface:s=30,warmup=0"),
            ("insightface", "arcface:fallback=none,s=64,scaleWarmup=0,warmup=0"),
            ("cosface", "amsoftmax:s=64,scaleWarmup=0,warmup=0"),
            ("sphereface:m=4", "asoftmax:anneal=step,grad=exact"),
            ("asoftmax:min=1e-3", "asoftmax:min=0.001"), ("cross-entropy", "softmax"),
            ("marginal:theta=1.20", "marginal"),
        ])
    func canonical(_ text: String, _ canonical: String) throws {
        let specification = try LossSpecification(parsing: text)
        #expect(specification.description == canonical)
        #expect(try LossSpecification(parsing: canonical) == specification)
    }

    @Test(
        "that are wrong say what, where, and what to do",
        arguments: [
            ("arcfce", "unknown loss 'arcfce'; did you mean 'arcface'?"),
            ("ArcFaec", "unknown loss 'ArcFaec'; did you mean 'arcface'?"),
            (
                "margin-loss",
                "'margin-loss' may mean several losses: use combined for arcface_torch's margins of "
                    + "angle and cosine, marginal for Marginal Loss; the margin loss of Wu et al. "
                    + "(ICCV 2017) is not available"
            ),
            (
                "SoftMarginLoss",
                "'SoftMarginLoss' may mean several losses: use softmargin for Soft-Margin Softmax; "
                    + "PyTorch's SoftMarginLoss of two classes is not available"
            ),
            (
                "arcface:m=0.4,Margin=0.3",
                "'arcface:m=0.4,Margin=0.3' gives m twice; keep one of them"
            ),
            ("cosfase:m=1", "unknown loss 'cosfase'; did you mean 'cosface'?"),
            ("marginal:teta=1", "marginal has no parameter 'teta'; did you mean 'theta'?"),
            (
                "marginal:margin=1",
                "marginal has no parameter 'margin'; its parameters are theta, xi, lambda"
            ),
            ("softmax:s=3", "softmax has no parameter 's'; its parameters are smoothing, trains"),
            ("arcface:m=2", "m of arcface is '2'; it must be a number from 0 to 1.5 rad"),
            ("arcface:m=-1", "m of arcface is '-1'; it must be a number from 0 to 1.5 rad"),
            ("arcface:m=nan", "m of arcface is 'nan'; it must be a number from 0 to 1.5 rad"),
            ("arcface:m=auto", "m of arcface is 'auto'; it must be a number from 0 to 1.5 rad"),
            (
                "arcface:s=big",
                "s of arcface is 'big'; it must be a number from 1 to 1000, or 'auto'"
            ),
            (
                "arcface:s=inf",
                "s of arcface is 'inf'; it must be a number from 1 to 1000, or 'auto'"
            ),
            (
                "asoftmax:m=2.5",
                "m of asoftmax is '2.5'; it must be a whole number from 1 to 4"
            ),
            (
                "arcface:grad=exakt",
                "grad of arcface is 'exakt'; it must be 'detached' or 'exact'"
            ),
            ("arcface:grad=1", "grad of arcface is '1'; it must be 'detached' or 'exact'"),
            (
                "arcface:m",
                "'m' in 'arcface:m' is not of the form name=value, as in 'arcface:m=0.4,s=32'"
            ),
            (
                "arcface:",
                "'' in 'arcface:' is not of the form name=value, as in 'arcface:m=0.4,s=32'"
            ),
            (
                "arcface:m=0.4,",
                "'' in 'arcface:m=0.4,' is not of the form name=value, as in 'arcface:m=0.4,s=32'"
            ),
            (
                "arcface:m=1=2",
                "'m=1=2' in 'arcface:m=1=2' is not of the form name=value, as in "
                    + "'arcface:m=0.4,s=32'"
            ),
            (
                "arcface+softmax",
                "'arcface+softmax' combines losses that cannot be added; use one classification "
                    + "loss and add, with '+', different pairwise or centre losses, as in "
                    + "'arcface+center:weight=0.003'"
            ),
            ("arcface:m=1,m=1", "'arcface:m=1,m=1' gives m twice; keep one of them"),
            (
                "softmax+range:weight=1e-20,beta=1e-20",
                "weight=1e-20 times beta=1e-20 of range is 1e-40, which is out of range for "
                    + "float32; choose values whose product is 0 or from 1.2e-38 to 3.4e+38"
            ),
            (
                "arcface+center:weight=1e-300",
                "weight=1e-300 of center is 1e-300, which is out of range for float32; choose values whose "
                    + "product is 0 or from 1.2e-38 to 3.4e+38"
            ),
        ])
    func messages(_ text: String, _ message: String) {
        let error = #expect(throws: FaceLossesError.self) {
            _ = try LossSpecification(parsing: text)
        }
        #expect(error?.description == message)
    }

    @Test("list all losses with their aliases when no name is near")
    func list() {
        let error = #expect(throws: FaceLossesError.self) { try LossSpecification(parsing: "") }
        let message = error?.description ?? ""
        #expect(
            message.hasPrefix(
                "unknown loss ''; the losses are softmax (CE, softmax cross-entropy, xent), "
                    + "asoftmax (angular softmax), amsoftmax (additive margin, "))
        #expect(Losses.names.allSatisfy(message.contains))
    }

    @Test("are a string in files")
    func coding() throws {
        let specifications = try ["arcface:s=32,m=0.4", "softmax", "sphereface"].map {
            try LossSpecification(parsing: $0)
        }
        let data = try JSONEncoder().encode(specifications)
        #expect(
            String(decoding: data, as: UTF8.self)
                == #"["arcface:m=0.4,s=32","softmax","asoftmax:anneal=step,grad=exact"]"#)
        #expect(try JSONDecoder().decode([LossSpecification].self, from: data) == specifications)
        #expect(
            throws: FaceLossesError.parameter(
                .unknown(name: "q", owner: "softmax", known: ["smoothing", "trains"]))
        ) {
            try JSONDecoder().decode([LossSpecification].self, from: Data(#"["softmax:q=1"]"#.utf8))
        }
    }

    @Test("add pairwise and centre losses to one that classifies")
    func sums() throws {
        let sum = try LossSpecification(parsing: "triplet + arcface:m=0.4+center:weight=0.01")
        #expect(sum.description == "arcface:m=0.4+center:weight=0.01+triplet")
        #expect(sum.name == "arcface+center+triplet" && sum.prefersIdentityBatches)
        #expect(sum.title == "ArcFace (m=0.4) + Center (weight=0.01) + Triplet")
        #expect(sum.resolvedValues["center.weight"] == 0.01 && sum.resolvedValues["m"] == 0.4)
        #expect(try LossSpecification(parsing: sum.description) == sum)
        let power = try LossSpecification(parsing: "arcface+center:weight=1e+2")
        #expect(power.resolvedValues["center.weight"] == 100)
        let alone = try LossSpecification(parsing: "center")
        #expect(alone.description == "softmax+center" && !alone.prefersIdentityBatches)
        for text in ["center+center", "center+center:weight=1", "amsoftmax+arcface+center"] {
            #expect(throws: FaceLossesError.severalClassifications(text)) {
                try LossSpecification(parsing: text)
            }
        }
    }

    @Test("refuse values together whose product float32 does not hold")
    func products() throws {
        func key(_ name: String) -> LossParameter {
            LossParameterKey.number(name, default: 1, in: 0...1e200, "").parameter
        }
        let descriptor = LossDescriptor(
            name: "toy", title: "Toy", summary: "", paper: "", equation: "",
            parameters: [key("s"), key("weight"), key("m")], factors: [["s", "weight"], ["m"]])
        func make(_ s: String, _ weight: String) throws -> LossSpecification {
            try LossSpecification(descriptor, settings: [("s", s), ("weight", weight)])
        }
        for (s, weight) in [("1e30", "1e8"), ("1e30", "1e-30"), ("0", "1e60"), ("1e-38", "1.2")] {
            #expect(try make(s, weight).description.hasPrefix("toy:"))
        }
        for (s, weight, product) in [
            ("1e30", "1e30", "1e+60"), ("1e-30", "1e-30", "1e-60"), ("1e-38", "1", "1e-38"),
            ("1e100", "1e200", "1e+300"),
        ] {
            let error = #expect(throws: FaceLossesError.self) { try make(s, weight) }
            let text = error?.description ?? ""
            #expect(text.contains("weight=") && text.contains("of toy is \(product),"), "\(text)")
        }
    }

    @Test(
        "are found in any case and by every name in circulation",
        arguments: [
            ("ArcFace", "arcface"), ("ARCFACE:M=0.4,Scale=32", "arcface:m=0.4,s=32"),
            ("arc_face", "arcface"), ("AAM-Softmax", "arcface"), ("ArcFaceLoss", "arcface"),
            ("CosFace", "amsoftmax:s=64,scaleWarmup=0,warmup=0"),
            ("LMCL", "amsoftmax:s=64,scaleWarmup=0,warmup=0"),
            ("AM-Softmax", "amsoftmax"), ("Am_softmax", "amsoftmax"),
            ("additive-margin", "amsoftmax"), ("CE", "softmax"), ("cross_entropy", "softmax"),
            ("cross-entropy", "softmax"),
            ("CrossEntropyLoss:label_smoothing=0.1", "softmax:smoothing=0.1"),
            ("SphereFace", "asoftmax:anneal=step,grad=exact"),
            ("SphereFaceR", "sphereface-r"), ("SphereFace2", "sphereface2"),
            ("NormFace", "normface"), ("NormalizedSoftmaxLoss", "normface"),
            ("LargeMarginSoftmaxLoss", "lsoftmax"), ("CurricularFace", "curricular"),
            ("CombinedMarginLoss", "combined"), ("SubCenterArcFaceLoss", "subcenter"),
            ("MV_Softmax", "mvsoftmax"), ("MagFace:l_margin=0.4", "magface:lm=0.4"),
            ("SupConLoss:temperature=0.2", "softmax+supcon:tau=0.2"),
            ("TripletMarginLoss:margin=0.3", "softmax+triplet:alpha=0.3"),
            ("triplet_loss+ArcFace", "arcface+triplet"), ("Marginal Loss", "marginal"),
            ("InsightFace", "arcface:fallback=none,s=64,scaleWarmup=0,warmup=0"),
            ("range:M=100", "softmax+range:M=100"),
        ])
    func namesInCirculation(_ text: String, _ canonical: String) throws {
        #expect(try LossSpecification(parsing: text).description == canonical)
    }

    @Test(
        "are read with the parameters' names of former versions",
        arguments: [
            ("amsoftmax:rise=0,s=32,warmup=0", "amsoftmax:s=32,scaleWarmup=0,warmup=0"),
            ("arcface:beyond=clamp,rise=0.5", "arcface:fallback=clamp,scaleWarmup=0.5"),
            ("combined:beyond=none", "combined:fallback=none"),
        ])
    func formerNames(_ text: String, _ canonical: String) throws {
        let specification = try LossSpecification(parsing: text)
        #expect(specification.description == canonical)
        #expect(!specification.descriptor.parameters.contains { $0.aliases.contains("rise") })
        let error = #expect(throws: FaceLossesError.self) {
            try LossSpecification(parsing: text + ",q=1")
        }
        #expect(error?.description.contains("rise") == false)
    }

    @Test(
        "keep what was asked for, which tables show",
        arguments: [
            ("cosface:s=32", "cosface:s=32", "CosFace (s=32)"),
            ("CosFace: s = 32", "CosFace:s=32", "CosFace (s=32)"),
            (
                "amsoftmax:rise=0,s=32,warmup=0", "amsoftmax:rise=0,s=32,warmup=0",
                "AM-Softmax (s=32, scaleWarmup=0, warmup=0)"
            ),
            ("arcface:m=0.50", "arcface:m=0.50", "ArcFace (m=0.5)"),
            ("arcface", "arcface", "ArcFace"),
            ("CE", "CE", "CE"), ("cross_entropy", "cross_entropy", "Cross-entropy"),
            ("SphereFace", "SphereFace", "SphereFace"),
            ("insightface", "insightface", "insightface"),
            ("center", "center", "Cross-entropy + Center"),
            (
                "ArcFace + Center:weight=0.01", "ArcFace+Center:weight=0.01",
                "ArcFace + Center (weight=0.01)"
            ),
        ])
    func requested(_ text: String, _ requested: String, _ title: String) throws {
        let specification = try LossSpecification(parsing: text)
        #expect(specification.requested == requested)
        #expect(specification.title == title)
        // The identity is what it means.
        let canonical = try LossSpecification(parsing: specification.description)
        #expect(canonical == specification && canonical.hashValue == specification.hashValue)
    }

    @Test("know all values, their title and their sampler")
    func resolved() throws {
        let arc = try LossSpecification(parsing: "arcface:m=0.4")
        #expect(arc.title == "ArcFace (m=0.4)")
        #expect(arc.resolvedValues["m"] == 0.4 && arc.resolvedValues["s"] == "auto")
        #expect(arc.resolvedValues.count == 7 && !arc.prefersIdentityBatches)
        let marginal = try LossSpecification(parsing: "marginal")
        #expect(marginal.title == "Marginal Loss" && marginal.prefersIdentityBatches)
    }
}
