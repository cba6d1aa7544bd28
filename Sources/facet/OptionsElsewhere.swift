import CommandKit

/// Options of other programs for training and testing networks, with their equivalents here.
enum OptionsElsewhere {
    // MARK: Options that exist here

    static let threads = [
        "--workers", "--num-workers", "--n-workers", "--jobs", "-j", "--num-threads", "--cpus",
        "--nproc", "--decode-threads", "--dataloader-workers",
    ]
    static let precision = [
        "--fp16", "--fp32", "--amp", "--half", "--bf16", "--use-amp", "--mixed-precision",
        "--dtype",
    ]
    static let device = [
        "--gpu", "--gpus", "--gpu-id", "--gpu-ids", "--cuda", "--use-gpu", "--devices", "--no-cuda",
        "--accelerator", "--ctx", "--context",
    ]
    static let batchSize = [
        "--batch", "--bs", "-b", "--batches", "--train-batch-size", "--per-batch-size",
        "--mini-batch-size", "--images-per-batch",
    ]
    static let learningRate = [
        "--lr", "--base-lr", "--init-lr", "--initial-lr", "--lr-init", "--peak-lr", "--max-lr",
        "--eta",
    ]
    static let backbone = [
        "--arch", "--architecture", "-a", "--network", "--net", "--model", "--model-name",
        "--encoder",
        "--backbone-type", "--backbone-name",
    ]
    static let loss = [
        "--loss-type", "--loss-name", "--loss-fn", "--loss-function", "--criterion", "--head",
        "--head-type", "--margin-type", "--objective",
    ]
    static let output = [
        "--out", "-o", "--out-dir", "--output-dir", "--outdir", "--output-path", "--output-folder",
        "--save-dir", "--save-path", "--save", "--work-dir", "--workspace", "--results",
        "--results-dir", "--exp-name", "--experiment", "--run-name", "--ckpt-dir",
        "--checkpoint-dir",
        "--model-dir", "--project", "--prefix",
    ]
    static let config = ["--config-file", "--cfg", "-c", "--configuration", "--yaml", "--hparams"]
    static let trainSet = [
        "--data", "--dataset", "--data-dir", "--data-path", "--data-root", "--dataset-dir",
        "--train-dir", "--train-set", "--train-data", "--train-path", "--train-root", "--root",
        "--rec", "--root-dir", "--datasets", "--data-folder",
    ]
    static let testSet = [
        "--val", "--val-set", "--val-data", "--val-dir", "--val-path", "--val-targets", "--valid",
        "--validation-set", "--eval", "--eval-set", "--eval-data", "--eval-dir", "--eval-path",
        "--test-set", "--test-data", "--test-dir", "--test-path", "--targets", "--target",
        "--lfw-dir",
        "--lfw-pairs", "--pairs", "--benchmark", "--protocol",
    ]
    static let inputSize = [
        "--image-size", "--img-size", "--imgsz", "--img", "--size", "--resolution", "--input-shape",
        "--image-shape", "--crop-size", "--input-resolution",
    ]
    static let epochs = [
        "--num-epochs", "--num-epoch", "--n-epochs", "--nepochs", "--max-epochs", "--max-epoch",
        "--end-epoch", "--total-epochs", "-e", "--train-epochs", "--epoch-num",
    ]
    static let seeds = [
        "--random-seed", "--manual-seed", "--rng-seed", "--num-seeds", "--repeats", "--repeat",
        "--trials",
    ]
    static let classRate = ["--sample-rate", "--partial-fc", "--pfc", "--sampling-rate"]
    static let sampler = ["--batch-sampler", "--data-sampler", "--triplet-sampler"]

    /// Other programs' names for flags of a study's keys.
    static let ofFlags = [
        "--backbones": backbone, "--losses": loss, "--sampler": sampler, "--seeds": seeds,
        "--epochs": epochs, "--batch-size": batchSize, "--learning-rate": learningRate,
        "--input-size": inputSize, "--class-rate": classRate, "--precision": precision,
        "--device": device, "--threads": threads,
    ]

    // MARK: Options with another equivalent

    private static func file(_ what: String, _ key: String) -> String {
        "\(what) is \(key) in a study file: --config FILE"
    }

    /// Hints of a command that trains.
    static let training = [
        AbsentOption(
            ["--optim", "--opt", "--adam", "--adamw", "--sgd", "--solver", "--lion", "--lamb"],
            instead: "--optimizer NAME chooses sgd or adamw, whose settings are "
                + "training.optimizer and training.adamw in a study file: --config FILE"),
        AbsentOption(
            ["--wd", "--weight-decay", "--decay", "--l2"],
            instead: file("the weight decay", "training.optimizer.weightDecay")),
        AbsentOption(
            ["--momentum", "--mom", "--beta1"],
            instead: file("the momentum", "training.optimizer.momentum")),
        AbsentOption(["--nesterov"], instead: file("it", "training.optimizer.nesterov")),
        AbsentOption(
            [
                "--scheduler", "--lr-scheduler", "--lr-schedule", "--schedule", "--lr-policy",
                "--lr-decay", "--gamma", "--step-size", "--milestones", "--lr-steps",
                "--decay-epochs", "--cosine", "--min-lr",
            ], instead: file("the learning-rate schedule", "training.schedule")),
        AbsentOption(
            ["--warmup", "--warmup-epochs", "--warmup-steps", "--warm-up", "--num-warmup"],
            instead: file("the warm-up", "training.schedule.warmup")),
        AbsentOption(
            [
                "--clip", "--clip-grad", "--grad-clip", "--gradient-clip", "--max-norm",
                "--clip-norm", "--max-grad-norm",
            ],
            instead: file("the gradient-clipping norm", "training.gradientClip")),
        AbsentOption(
            [
                "--accumulate", "--accumulation", "--accum-iter", "--grad-accum", "--update-freq",
                "--gradient-accumulation-steps", "--gradient-acc",
            ],
            instead: file("it", "training.accumulation")),
        AbsentOption(
            [
                "--flip", "--hflip", "--random-flip", "--mirror", "--augment",
                "--aug", "--rand-mirror",
            ],
            instead:
                "images are flipped unless training.flip is false in a study file, and changed "
                + "as --augmentation LIST says"),
        AbsentOption(
            [
                "--margin", "-m", "--scale", "-s", "--m", "--s", "--m1", "--m2", "--m3",
                "--margin-list", "--temperature", "--easy-margin", "--margin-m", "--margin-s",
            ],
            instead: "it is a parameter of the loss, as in arcface:m=0.5,s=64; facet losses NAME "
                + "lists them"),
        AbsentOption(
            [
                "--embedding-size", "--embedding", "--embedding-dim", "--emb-size", "--emb-dim",
                "--feature-dim", "--feat-dim", "--dim", "--num-features", "--embed-dim", "--width",
                "--width-mult", "--depth", "--dropout",
            ],
            instead:
                "it is an option of the backbone, as in mobilenetv1:embedding=256; facet "
                + "models lists the backbones"),
        AbsentOption(
            [
                "--num-classes", "--n-classes", "--classes", "--class-num", "--num-image",
                "--num-images",
            ],
            instead: "it is counted from the training set"),
        AbsentOption(
            [
                "--pretrained", "--weights", "--finetune", "--fine-tune", "--init", "--load",
                "--load-from", "--pretrain", "--init-from", "--transfer",
            ],
            instead: "the weights to start from are given by --from FILE"),
        AbsentOption(
            [
                "--resume", "--continue", "--restore", "--resume-from", "--auto-resume", "--ckpt",
                "--checkpoint", "--start-epoch", "--begin-epoch",
            ],
            instead:
                "run the same command with the same --output again to resume from the last checkpoint"
        ),
        AbsentOption(
            [
                "--wandb", "--use-wandb", "--wandb-project", "--tensorboard", "--tb", "--logger",
                "--log", "--log-dir", "--logdir", "--log-path", "--mlflow", "--visdom", "--comet",
            ],
            instead: "every run's folder in --output has its metrics and TensorBoard events: "
                + "tensorboard --logdir OUTPUT"),
        AbsentOption(
            [
                "--print-freq", "--log-interval", "--log-freq", "--frequent", "--verbose", "-v",
                "--save-freq", "--save-interval", "--save-every", "--eval-freq", "--eval-interval",
                "--save-period", "--val-freq",
            ],
            instead: "every step and epoch is recorded, and a checkpoint is written every minute"),
        AbsentOption(
            [
                "--distributed", "--dist-url", "--dist-backend", "--world-size", "--rank",
                "--local-rank", "--local_rank", "--multiprocessing-distributed", "--nodes",
                "--num-nodes", "--nnodes", "--nproc-per-node", "--ddp", "--num-gpus", "--ngpu",
            ],
            instead:
                "--processes N computes a run in several processes on this machine, torchrun and srun start them on "
                + "several, and --workers N executes several runs at a time"),
        AbsentOption(
            ["--seed"],
            instead: "--seeds 5 trains with the seeds 1 to 5, and --seeds 5, with seed 5 alone"),
        AbsentOption(
            [
                "--deterministic", "--cudnn-benchmark", "--benchmark", "--compile", "--jit",
                "--channels-last", "--reproducible",
            ],
            instead: "runs are always deterministic where that is possible"),
        AbsentOption(
            [
                "--steps", "--max-steps", "--iterations", "--iters", "--max-iter", "--num-steps",
                "--train-iters",
            ],
            instead: "the length of training is set by --epochs"),
    ]

    /// Hints of facet evaluate.
    static let evaluation = [
        AbsentOption(
            [
                "--model", "--network", "--net", "--weights", "--ckpt", "--checkpoint", "--resume",
                "--pretrained", "--model-path", "--model-prefix", "--load", "--arch", "-m",
                "--onnx",
            ],
            instead: "the model is the first argument: facet evaluate MODEL --test ..."),
        AbsentOption(
            ["--flip", "--flip-test", "--mirror", "--tta"],
            instead:
                "images and their mirror images are always embedded, and each protocol defines how "
                + "they are used"),
        AbsentOption(
            [
                "--nfolds", "--folds", "--k-fold", "--far", "--fpr", "--threshold", "--metric",
                "--distance",
            ],
            instead: "each protocol defines it, and it is printed with the result"),
        AbsentOption(
            ["--use-norm-score", "--use-detector-score", "--use-norm", "--use-det"],
            instead: "--template-weights norm+detector, norm, detector or none selects the weights"),
    ]
}
