# Ratios of variances by var.test, lnVR and its variance by metafor::escalc(measure = "VR").
# Run in this folder: Rscript make.R
library(jsonlite)
suppressPackageStartupMessages(library(metafor))

set.seed(20040918)
sets <- list(
  equal = list(signif(rnorm(35, -2, 2), 10), signif(rnorm(36, 0, 2), 10)),
  wider = list(signif(rnorm(44, -2, 3), 10), signif(rnorm(47, 0, 1.5), 10)),
  small = list(signif(rnorm(6, 0, 1), 10), signif(rnorm(9, 0, 2), 10)),
  scores = list(sample(-6:2, 24, TRUE), sample(-3:3, 40, TRUE))
)
rows <- do.call(rbind, lapply(names(sets), function(name) {
  pair <- sets[[name]]
  data.frame(set = name, group = rep(1:2, lengths(pair)), value = unlist(pair))
}))
write.csv(rows, "input.csv", row.names = FALSE, quote = FALSE)

expected <- lapply(sets, function(pair) {
  test <- var.test(pair[[1]], pair[[2]])
  lnvr <- escalc(measure = "VR", sd1i = sd(pair[[1]]), n1i = length(pair[[1]]),
                 sd2i = sd(pair[[2]]), n2i = length(pair[[2]]))
  list(ratio = unname(test$estimate), low = test$conf.int[1], high = test$conf.int[2],
       log_ratio = as.numeric(lnvr$yi), log_ratio_variance = as.numeric(lnvr$vi))
})
write_json(expected, "expected.json", auto_unbox = TRUE, digits = NA, pretty = TRUE)
writeLines(c(R.version.string, paste("metafor", packageVersion("metafor")),
             paste("jsonlite", packageVersion("jsonlite"))), "session.txt")
