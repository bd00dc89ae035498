# Sensitivity at given specificities by pROC: of a sample, and of bootstrap samples of it, given as
# how often each patient is drawn; and the pointwise band of ci.se: quantiles over these samples.
# Run in this folder: Rscript make.R
suppressMessages(library(pROC))
library(jsonlite)

set.seed(20240607)
n <- 60
y <- rbinom(n, 1, 0.45)
logit <- rnorm(n, 0.9 * y - 0.5)
input <- data.frame(y = y, plain = signif(plogis(logit), 12), tied = round(plogis(logit), 1))
samples <- 40
drawn <- replicate(samples, tabulate(sample.int(n, replace = TRUE), n))
colnames(drawn) <- paste0("b", seq_len(samples))
write.csv(cbind(input, drawn), "input.csv", row.names = FALSE)

rates <- seq(0.02, 0.98, by = 0.04) + 0.001   # between the corners, where a rate has one value
curve <- function(y, p) {
  r <- roc(y, p, levels = c(0, 1), direction = "<", quiet = TRUE)
  unlist(coords(r, 1 - rates, input = "specificity", ret = "sensitivity", transpose = FALSE))
}
of_samples <- function(p) t(apply(drawn, 2, function(w) {
  rows <- rep(seq_len(n), w)
  unname(curve(y[rows], p[rows]))
}))
band <- function(p) t(apply(of_samples(p), 2, quantile, c(0.025, 0.975), type = 8))
expected <- list(rates = rates)
for (name in c("plain", "tied")) {
  expected[[name]] <- list(
    sensitivity = unname(curve(y, input[[name]])),
    samples = of_samples(input[[name]]),
    band = unname(band(input[[name]]))
  )
}
# what ci.se itself does with samples of its own
r <- roc(y, input$plain, levels = c(0, 1), direction = "<", quiet = TRUE)
own <- ci.se(r, specificities = 1 - rates, boot.n = 2000, boot.stratified = FALSE, progress = "none")
expected$ci.se <- unname(unclass(own)[, c(1, 3)])
write_json(expected, "expected.json", auto_unbox = TRUE, digits = I(15), pretty = FALSE)
writeLines(c(R.version.string, paste("pROC", packageVersion("pROC"))), "session.txt")
