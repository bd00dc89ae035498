# rms::validate of a logistic regression on synthetic patients, with its resamples, so that the same
# bootstrap can be repeated.  Run in this folder: Rscript make.R
suppressPackageStartupMessages(library(rms))

set.seed(20240611)
n <- 120
B <- 60
shared <- rnorm(n)
x <- sapply(1:5, function(j) sqrt(0.8) * rnorm(n) + sqrt(0.2) * shared)
colnames(x) <- paste0("x", 1:5)
input <- data.frame(
  y = rbinom(n, 1, plogis(-0.4 + 0.8 * x[, 1] - 0.6 * x[, 2])),
  round(x, 3)
)
write.csv(input, "input.csv", row.names = FALSE)

fit <- lrm(y ~ ., data = input, x = TRUE, y = TRUE, tol = 1e-13, eps = 1e-12, maxit = 50)
set.seed(1)
validated <- rms::validate(fit, method = "boot", B = B, tol = 1e-13, eps = 1e-12, maxit = 50)

# validate draws its resamples one after the other with sample()
set.seed(1)
rows <- sapply(seq_len(B), function(b) sample(n, replace = TRUE))
colnames(rows) <- paste0("b", seq_len(B))
write.csv(rows, "resamples.csv", row.names = FALSE)

# that these are the resamples is shown by repeating the optimism with glm
dxy <- function(y, p) unname(somers2(p, y)["Dxy"])
optimism <- apply(rows, 2, function(r) {
  g <- glm(y ~ ., binomial, input[r, ], epsilon = 1e-12)
  p <- predict(g, input, type = "response")
  c(
    Dxy = dxy(input$y[r], p[r]) - dxy(input$y, p),
    B = mean((input$y[r] - p[r])^2) - mean((input$y - p)^2),
    Slope = 1 - unname(coef(glm(input$y ~ qlogis(p), binomial, epsilon = 1e-12))[2])
  )
})
stopifnot(abs(rowMeans(optimism) - validated[c("Dxy", "B", "Slope"), "optimism"]) < 1e-7)

corrected <- validated[, "index.corrected"]
expected <- list(
  replicates = validated["Dxy", "n"],
  auroc = list(
    apparent = (validated["Dxy", "index.orig"] + 1) / 2,
    corrected = (corrected[["Dxy"]] + 1) / 2
  ),
  brier = list(apparent = validated["B", "index.orig"], corrected = corrected[["B"]]),
  calibration_slope = list(
    apparent = validated["Slope", "index.orig"], corrected = corrected[["Slope"]]
  )
)
jsonlite::write_json(expected, "expected.json", auto_unbox = TRUE, digits = I(17), pretty = TRUE)
writeLines(
  c(R.version.string, paste("rms", packageVersion("rms")), paste("Hmisc", packageVersion("Hmisc"))),
  "session.txt"
)
